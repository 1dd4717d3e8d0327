import type { Random } from './random.ts';

/** Decides the fate of what was not synced. `when` is the change's place in the journal, 0 to 1. */
export interface Taste {
  keepName(when: number): boolean;
  keepChange(when: number): 'whole' | 'none' | 'torn' | 'size';
  keepSector(): boolean;
  keepsShm?: boolean;
}

/** Everything survives: what the page cache shows, and a SIGKILL leaves. */
export const keepAll: Taste = {
  keepName: () => true,
  keepChange: () => 'whole',
  keepSector: () => true,
  keepsShm: true,
};

/** Tastes differ between cuts: all, nothing, the older part, the newer part, or any mixture. */
export function randomTaste(random: Random): Taste & { name: string } {
  const style = random.pick(['nothing', 'everything', 'older', 'newer', 'mixed', 'mixed', 'torn'] as const);
  const keepChance = random.next();
  // Among the last events only: what is older is mostly synced.
  const border = 1 - random.next() * 0.01;
  const keeps = (when: number) => {
    if (style === 'nothing' || style === 'everything') return style === 'everything';
    if (style === 'older' || style === 'newer') return style === 'older' ? when < border : when >= border;
    return random.chance(keepChance);
  };
  return {
    name: style,
    keepName: keeps,
    keepChange: (when) => {
      if (style === 'torn' && random.chance(0.5)) return 'torn';
      if (keeps(when)) return 'whole';
      return style !== 'nothing' && random.chance(0.2) ? 'size' : 'none';
    },
    keepSector: () => random.chance(0.5),
  };
}
