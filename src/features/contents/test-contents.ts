import assert from 'node:assert/strict';
import { createIdSource } from '../../lib/ids.ts';
import { memoryBlobs } from '../../ports/blobs/memory-blobs.ts';
import { type ManualClock, manualClock } from '../../ports/clock/clock.ts';
import { blobPacks } from '../../ports/packs/blob-packs.ts';
import type { Packs } from '../../ports/packs/packs.ts';
import { createMemoryStore } from '../../ports/records/memory-store.ts';
import type { Records } from '../../ports/records/records.ts';
import { type ContentsFeature, createContents } from './create-contents.ts';

/** The same random bytes for the same seed, four at a time: fast enough for large files. */
export function randomBytesFrom(seed: number, count: number): Buffer {
  const words = new Uint32Array(Math.ceil(count / 4));
  let state = Math.imul(seed + 1, 0x9e3779b9) | 1;
  for (let i = 0; i < words.length; i++) {
    // xorshift32
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[i] = state;
  }
  return Buffer.from(words.buffer, 0, count);
}

/** The bytes in pieces of about that size, as a connection brings them. */
export async function* inPieces(bytes: Uint8Array, pieceBytes = 65_536): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
}

export async function readWhole(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of body) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** A source that breaks off after so many bytes. */
export async function* breakingOff(bytes: Uint8Array, after: number): AsyncGenerator<Uint8Array> {
  yield* inPieces(bytes.subarray(0, after));
  throw new Error('broken off');
}

export const noBound = { bytesMax: 2 ** 40 };

export interface ContentsWorld {
  clock: ManualClock;
  records: Records;
  packs: Packs;
  contents: ContentsFeature;
  reported: unknown[];
  /** The same after a restart: nothing in memory is left. */
  reopened(): ContentsFeature;
  /** Collects until a pass ends. */
  collect(): Promise<void>;
}

export function contentsWorld(
  given: { records?: Records; packs?: Packs; clock?: ManualClock } = {},
): ContentsWorld {
  const clock = given.clock ?? manualClock();
  const records = given.records ?? createMemoryStore({ nowMs: clock.nowMs }).records;
  const packs = given.packs ?? blobPacks(memoryBlobs({ clock }));
  const ids = createIdSource({ nowMs: clock.nowMs });
  const reported: unknown[] = [];
  const deps = { records, packs, clock, ids, report: (error: unknown) => reported.push(error) };
  const contents = createContents(deps);
  return {
    clock,
    records,
    packs,
    contents,
    reported,
    reopened: () => createContents(deps),
    async collect() {
      const steps = 1000;
      for (let i = 0; (await contents.collector.step()).endedAtMs === undefined; i++) assert.ok(i < steps);
    },
  };
}
