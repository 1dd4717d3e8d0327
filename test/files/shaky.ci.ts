/** The same as shaky-large.run.ts with less. */
import { test } from 'node:test';
import { tryAllWays } from './shaky-trial.ts';

test('64 MiB go up and down by every way over broken connections, with restarts', (t) =>
  tryAllWays({ sizeBytes: 64 * 2 ** 20, cuts: 60, kills: 2, seed: 2 }, (line) => t.diagnostic(line)));
