import type { Rung } from '../../../ports/media-tools/media-tools.ts';

export interface PlannedRung {
  /** Beginning of its files' names. */
  name: string;
  width: number;
  height: number;
  videoBitsPerSecond: number;
}

/** H.264 decoders of phones stop at about this. */
const longSideMax = 4096;
const sideMin = 16;

/** The sizes to make, smallest first: even, none larger than the original, at least one. */
export function planRungs(shown: { width: number; height: number }, ladder: readonly Rung[]): PlannedRung[] {
  const rungs = ladder.toSorted((a, b) => a.height - b.height);
  const short = Math.min(shown.width, shown.height);
  const fitting = rungs.filter(({ height }) => height <= short);
  const chosen = fitting.length > 0 ? fitting : [{ ...rungs[0]!, height: short }];
  const planned = new Map<string, PlannedRung>();
  for (const { height: wanted, videoBitsPerSecond } of chosen) {
    const scale = Math.min(1, wanted / short, longSideMax / Math.max(shown.width, shown.height));
    const width = even(shown.width * scale);
    const height = even(shown.height * scale);
    const name = `${width}x${height}`;
    planned.set(name, { name, width, height, videoBitsPerSecond });
  }
  return [...planned.values()];
}

const even = (side: number) => Math.max(sideMin, Math.floor(Math.round(side) / 2) * 2);
