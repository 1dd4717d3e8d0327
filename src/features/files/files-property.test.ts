import { test } from 'node:test';
import { playHistory } from './test-history.ts';

const histories = Number(process.env['KITH_TEST_HISTORIES'] ?? 2000);
const first = Number(process.env['KITH_TEST_SEED'] ?? 1);

test(`${histories} random lives of a drive come to what a plain model says`, async () => {
  for (let seed = first; seed < first + histories; seed++) {
    try {
      await playHistory({ seed, steps: 6 + (seed % 3) * 7 });
    } catch (error) {
      throw new Error(`history ${seed}`, { cause: error });
    }
  }
});
