/** The torture while photos and videos come in, in small. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runMediaTorture } from './media-torture.ts';

test('5 kills and 5 power cuts lose no upload, leave no job undone and no blob over', async (t) => {
  const said: string[] = [];
  const code = await runMediaTorture({ kills: 5, cuts: 5, seed: 20_260_102, say: (line) => said.push(line) });
  if (code === 2) return t.skip(said.find((line) => line.startsWith('POWER CUTS')));
  assert.equal(code, 0, said.join('\n'));
  t.diagnostic(said.at(-2)!);
});
