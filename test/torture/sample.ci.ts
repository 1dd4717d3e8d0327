/** The torture in small, for every push. Named so that `npm test`, which needs no compiler, leaves it out. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runTorture } from './torture.ts';

test('7 kills, 7 power cuts and the hurt disks break no promise', async (t) => {
  const said: string[] = [];
  const options = { kills: 7, cuts: 7, seed: 20_260_101, hurtsDisk: true };
  const code = await runTorture({ ...options, say: (line) => said.push(line) });
  if (code === 2) return t.skip(said.find((line) => line.startsWith('POWER CUTS')));
  assert.equal(code, 0, said.join('\n'));
});
