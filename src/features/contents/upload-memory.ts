import type { Hash } from 'node:crypto';
import { ByteBudget } from '../../lib/byte-budget.ts';
import type { Id } from '../../lib/ids.ts';
import { RecentMap } from '../../lib/recent-map.ts';
import { ChecksumThread } from './checksum-thread.ts';
import type { ChunkRow } from './tables.ts';

/** Chunks that are cut and not yet stored, of all uploads together. */
const chunkBytesInFlightMax = 32 * 1024 * 1024;
/** Sessions whose checksum is remembered from append to append; of others it is computed when all is there. */
const digestsMax = 1000;

/** Chunks placed lately, which a row may not name yet. */
const placedMax = 4000;

/** The checksum of an upload's first bytes, as far as they are whole chunks. */
export interface WholeDigest {
  /** Undefined before the first chunk. */
  hash: Hash | undefined;
  sizeBytes: number;
}

/** What uploads of this process share. Losing it costs time only. */
export interface UploadMemory {
  inFlight: ByteBudget;
  checksums: ChecksumThread;
  digests: RecentMap<WholeDigest>;
  /** By checksum: so the same bytes coming twice at a time are stored once. */
  placed: RecentMap<Promise<ChunkRow>>;
  /** Who appends to a session now, to be stopped by whoever goes on with it. */
  appending: Map<Id, { stop: AbortController; done: Promise<unknown> }>;
}

export const createUploadMemory = (): UploadMemory => ({
  inFlight: new ByteBudget(chunkBytesInFlightMax),
  checksums: new ChecksumThread(),
  digests: new RecentMap({ sizeMax: digestsMax }),
  placed: new RecentMap({ sizeMax: placedMax }),
  appending: new Map(),
});
