/** A large file up and down by every way there is, over connections that break and a server that dies. */
import assert from 'node:assert/strict';
import { createHash, randomFillSync } from 'node:crypto';
import { chunkBytesMax } from '../../src/features/contents/contents.ts';
import { CutFinder } from '../../src/features/contents/find-cut.ts';
import { eachLimited } from '../../src/lib/each-limited.ts';
import type { Random } from '../torture/random.ts';
import type { ShakyServer } from './shaky-server.ts';

export interface Trial {
  server: ShakyServer;
  random: Random;
  bytes: Buffer;
  sha256: string;
  /** Broken connections for each way. */
  cuts: number;
  /** Times the server is killed in each way. */
  kills: number;
}

export const sha256Of = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
/** What was sent and never arrived counts as well: a connection that breaks takes what it held along. */
const lostPerCutMax = chunkBytesMax;
const tus = { 'tus-resumable': '1.0.0' };
const putAttemptsCut = 3;
const chunksAtOnce = 4;
const verifyTriesMax = 600;

export function trialBytes(sizeBytes: number): Pick<Trial, 'bytes' | 'sha256'> {
  const bytes = randomFillSync(Buffer.alloc(sizeBytes));
  return { bytes, sha256: sha256Of(bytes) };
}

/** Other chunks than before, so that none is there already. */
function freshened({ bytes }: Trial): string {
  for (let at = 0; at < bytes.length; at += 256 * 1024) randomFillSync(bytes, at, 16);
  return sha256Of(bytes);
}

/** In one request: one that breaks off leaves nothing, and the whole is what was sent. Answers the node's id. */
export async function byPut(trial: Trial): Promise<string> {
  const { server, bytes, random, sha256 } = trial;
  const path = '/v1/files/content?path=/put.bin';
  for (let i = 0; i < putAttemptsCut; i++) {
    const cutAfter = random.below(Math.min(bytes.length, 40_000_000));
    assert.equal(await server.send({ method: 'PUT', path, bytes, cutAfter }), 'unknown');
  }
  assert.deepEqual((await server.ask('GET', '/v1/files')).items, []);
  const answer = await server.send({ method: 'PUT', path, bytes });
  assert.ok(answer !== 'unknown' && answer.status === 201, String(answer));
  const node = JSON.parse(answer.body.toString());
  assert.equal(node.sha256, sha256);
  return node.id;
}

/** In parts, by tus. */
export async function byTus(trial: Trial): Promise<{ id: string; sha256: string; sentAgainMax: number }> {
  const { server, bytes, random, cuts, kills } = trial;
  const sha256 = freshened(trial);
  const metadata = `path ${Buffer.from('/tus.bin').toString('base64')}`;
  const begun = await server.send({
    method: 'POST',
    path: '/v1/files/uploads',
    headers: { ...tus, 'upload-length': String(bytes.length), 'upload-metadata': metadata },
  });
  assert.ok(begun !== 'unknown' && begun.status === 201);
  const path = String(begun.headers['location']);
  const stands = async (): Promise<number> => {
    const answer = await server.send({ method: 'HEAD', path, headers: tus });
    assert.ok(answer !== 'unknown' && answer.status === 200);
    return Number(answer.headers['upload-offset']);
  };
  const headersAt = (offset: number) => ({
    ...tus,
    'content-type': 'application/offset+octet-stream',
    'upload-offset': String(offset),
  });
  const part = (from: number, to: number, cutAfter?: number) => {
    const call = { method: 'PATCH', path, bytes: bytes.subarray(from, to) } as const;
    return server.send({ ...call, headers: headersAt(from), cutAfter });
  };
  const stepBytes = Math.floor(bytes.length / (cuts + 1));
  let [at, sentAgainMax] = [0, 0];
  for (let cut = 0; cut < cuts; cut++) {
    const cutAfter = Math.min(bytes.length - at - 1, random.below(2 * stepBytes));
    assert.equal(await part(at, bytes.length, cutAfter), 'unknown');
    if (random.chance(kills / cuts)) await server.killAndStart();
    const now = await stands();
    assert.ok(now >= at && now <= at + cutAfter, `${now} after ${at} and ${cutAfter} more`);
    sentAgainMax = Math.max(sentAgainMax, at + cutAfter - now);
    at = now;
    if (at > 0 && random.chance(0.2)) assert.equal(statusOf(await part(0, 100)), 409, 'a part sent again');
    if (random.chance(0.1)) assert.equal(statusOf(await part(at + 5, at + 100)), 409, 'a part too early');
    if (random.chance(0.1)) at = await twice(at);
  }
  assert.ok(sentAgainMax <= lostPerCutMax, `${sentAgainMax} bytes sent again`);
  assert.equal(statusOf(await part(at, bytes.length)), 204);
  assert.equal(await stands(), bytes.length);
  const { items } = await server.ask('GET', '/v1/files');
  return { id: items.find((node: { name: string }) => node.name === 'tus.bin').id, sha256, sentAgainMax };

  /** The same part by two connections at the same time: the later stops the earlier, and no byte counts twice. */
  async function twice(from: number): Promise<number> {
    const to = Math.min(bytes.length - 1, from + 10_000);
    const both = (await Promise.all([part(from, to), part(from, to)])).map(statusOf);
    assert.ok(both.every((status) => status === 204 || status === 409) && both.includes(409), String(both));
    const now = await stands();
    assert.ok(now >= from && now <= to && (now === to || !both.includes(204)));
    return now;
  }
}

const statusOf = (answer: { status: number } | 'unknown') => (answer === 'unknown' ? 0 : answer.status);

/** Chunk by chunk, in any order, some twice and some spoilt, and then the list of them. */
export async function byChunks(trial: Trial): Promise<{ id: string; sha256: string; sentAgain: number }> {
  const { server, bytes, random, cuts, kills } = trial;
  const sha256 = freshened(trial);
  const chunks = cutLocally(bytes);
  const names = chunks.map((chunk) => ({ sha256: sha256Of(chunk), sizeBytes: chunk.length }));
  const order = chunks.map((_, i) => i);
  for (let i = order.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  let [sentAgain, left] = [0, cuts];
  const killAt = new Set(Array.from({ length: kills }, () => random.below(order.length)));
  const put = (i: number, sent: Buffer, cutAfter?: number) =>
    server.send({ method: 'PUT', path: `/v1/chunks/${names[i]!.sha256}`, bytes: sent, cutAfter });
  const bring = async (i: number) => {
    const chunk = chunks[i]!;
    const cutsHere = Math.min(left, Math.ceil(cuts / chunks.length));
    left -= cutsHere;
    for (let cut = 0; cut < cutsHere; cut++, sentAgain++)
      assert.equal(await put(i, chunk, random.below(chunk.length)), 'unknown');
    if (random.chance(0.05)) {
      const spoilt = Buffer.from(chunk);
      spoilt[random.below(spoilt.length)]! ^= 1;
      assert.equal(statusOf(await put(i, spoilt)), 422);
    }
    for (let times = random.chance(0.1) ? 2 : 1; times > 0; times--)
      assert.equal(statusOf(await put(i, chunk)), 204);
  };
  for (let from = 0; from < order.length; from += 32) {
    const some = order.slice(from, from + 32);
    await eachLimited(some, chunksAtOnce, bring);
    if (some.some((_, i) => killAt.has(from + i))) await server.killAndStart();
  }
  for (let from = 0; from < names.length; from += 1000) {
    const asked = names.slice(from, from + 1000).map((name) => name.sha256);
    assert.deepEqual((await server.ask('POST', '/v1/chunks/missing', { sha256: asked })).missing, []);
  }
  const node = await server.ask('POST', '/v1/files/manifest', { path: '/chunks.bin', chunks: names });
  for (let tries = 0; ; tries++) {
    const { sha256: found } = await server.ask('GET', `/v1/files/${node.id}`);
    if (found !== null || tries === verifyTriesMax) {
      assert.equal(found, sha256);
      break;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return { id: node.id, sha256, sentAgain };
}

/** As a client does that knows how the server cuts. */
function cutLocally(bytes: Buffer): Buffer[] {
  const finder = new CutFinder();
  const chunks: Buffer[] = [];
  for (let from = 0; from < bytes.length; ) {
    const cut = finder.find(bytes, from);
    const to = cut < 0 ? bytes.length : cut;
    chunks.push(bytes.subarray(from, to));
    from = to;
  }
  return chunks;
}

/** Down, in stretches from wherever the connection broke before. */
export async function comesDown({ server, random, bytes, cuts, kills }: Trial, id: string): Promise<string> {
  const digest = createHash('sha256');
  const stepBytes = Math.ceil((2 * bytes.length) / (cuts + 1));
  for (let at = 0; at < bytes.length; ) {
    if (random.chance(kills / cuts)) await server.killAndStart();
    const range = `bytes=${at}-${Math.min(bytes.length, at + 1 + random.below(stepBytes)) - 1}`;
    const answer = await server.send({ method: 'GET', path: `/v1/files/${id}/content`, headers: { range } });
    assert.ok(answer !== 'unknown' && answer.status === 206);
    digest.update(answer.body);
    at += answer.body.length;
  }
  return digest.digest('hex');
}
