/** A gigabyte through every way, with a thousand cuts in each. */
import { test } from 'node:test';
import { tryAllWays } from './shaky-trial.ts';

test(
  'a gigabyte goes up and down by every way over a thousand broken connections',
  { timeout: 3_600_000 },
  (t) => tryAllWays({ sizeBytes: 2 ** 30, cuts: 1000, kills: 12, seed: 1 }, (line) => t.diagnostic(line)),
);
