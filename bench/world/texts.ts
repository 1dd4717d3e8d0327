import { type Chance, createChance } from '../../cli/seed/chance.ts';
import { makePeople, type Person } from '../../cli/seed/people.ts';
import { writeComment, writePost } from '../../cli/seed/phrases.ts';
import { manualClock } from '../../src/ports/clock/clock.ts';

/** In one post only. */
export const rareWord = 'quetzalcoatlus';
/** In about every fifth post. */
export const commonWord = 'neighbours';

const commonEvery = 5;

/** Texts such as people write, from the seeder's phrase banks, and people to write them. */
export function createTexts(seed: number): {
  people(count: number): Person[];
  post(author: Person, index: number): { title: string; text: string };
  comment(author: Person): string;
} {
  const chance: Chance = createChance(manualClock(0, seed).random);
  return {
    people: (count) => makePeople(count, chance),
    comment: (author) => writeComment(author, false, chance),
    post(author, index) {
      const { title, text } = writePost(author, undefined, chance);
      const extra = index === 0 ? ` ${rareWord}` : index % commonEvery === 0 ? ` ${commonWord}` : '';
      return { title, text: text + extra };
    },
  };
}
