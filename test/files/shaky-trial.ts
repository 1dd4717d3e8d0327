import assert from 'node:assert/strict';
import { createRandom } from '../torture/random.ts';
import { ShakyServer } from './shaky-server.ts';
import { byChunks, byPut, byTus, comesDown, type Trial, trialBytes } from './shaky-transfers.ts';

const mib = 2 ** 20;
const serverBytesMax = 300 * mib;

/** All ways up, and each down again. Says what was measured. */
export async function tryAllWays(
  given: { sizeBytes: number; cuts: number; kills: number; seed: number },
  say: (line: string) => void,
): Promise<void> {
  const { sizeBytes, cuts, kills, seed } = given;
  const server = await ShakyServer.begin();
  const trial: Trial = { server, random: createRandom(seed), ...trialBytes(sizeBytes), cuts, kills };
  try {
    const put = await byPut(trial);
    assert.equal(await comesDown(trial, put), trial.sha256);
    say(`PUT: ${sizeBytes / mib} MiB up and down`);
    const tus = await byTus(trial);
    assert.equal(await comesDown(trial, tus.id), tus.sha256);
    say(`tus: ${cuts} cuts, at most ${tus.sentAgainMax} bytes sent again after one`);
    const chunks = await byChunks(trial);
    assert.equal(await comesDown(trial, chunks.id), chunks.sha256);
    say(`chunks: ${chunks.sentAgain} chunks sent again for ${cuts} cuts`);
    assert.ok(chunks.sentAgain <= cuts);
  } finally {
    await server.end();
  }
  const peak = server.peakBytes;
  say(`the server was started ${server.starts} times, and had ${Math.round(peak / mib)} MiB at most`);
  assert.ok(peak < serverBytesMax, `${peak} bytes`);
}
