/** The torture while files are put, changed, moved and collected, in small. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runFilesTorture } from './files-torture.ts';

test('8 kills, 8 power cuts and a full disk lose no file, no version and no upload', async (t) => {
  const said: string[] = [];
  const code = await runFilesTorture({ kills: 8, cuts: 8, seed: 20_260_103, say: (line) => said.push(line) });
  if (code === 2) return t.skip(said.find((line) => line.startsWith('POWER CUTS')));
  assert.equal(code, 0, said.join('\n'));
  t.diagnostic(said.at(-2)!);
});
