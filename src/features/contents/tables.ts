import type { Id } from '../../lib/ids.ts';
import { defineTable } from '../../ports/records/records.ts';

/** A chunk in a manifest: checksum in hex, and size. */
export type ChunkRef = readonly [sha256: string, sizeBytes: number];

/** Where bytes lie: in which pack, and from where in it. */
export interface Place {
  pack: string;
  at: number;
}

/** What is collected when nothing uses it: changed on its version alone, so that a hold and a collection never both win. */
export interface Collected {
  heldUntilMs: number;
  /** Since when it is thought to be without use. */
  condemnedAtMs?: number;
}

export interface ContentRow extends Collected {
  ownerId: Id;
  sizeBytes: number;
  sha256: string | null;
  /** It is being taken apart, and is as good as gone. */
  isGoing?: true;
  /** All chunks of a small content; those of a larger one lie in pages. */
  chunks?: readonly ChunkRef[];
  /** While bytes still come. */
  upload?: {
    sizeBytes?: number;
    /** What is durable and makes no whole chunk yet, after the chunks, which have `sizeBytes` together. */
    tail: readonly (Place & { sizeBytes: number; crc: number })[];
  };
}

export const contents = defineTable<ContentRow>('contents', { partition: ['content_id'] });

/** The chunks of a content from a byte on, up to the next page. */
export const contentPages = defineTable<{ chunks: readonly ChunkRef[] }>('content_pages', {
  partition: ['content_id'],
  clustering: ['from_byte'],
  kind: 'plain',
});

export const contentUses = defineTable<{ atMs?: number }>('content_uses', {
  partition: ['content_id'],
  clustering: ['use'],
  kind: 'plain',
});

export interface ChunkRow extends Collected, Place {
  sizeBytes: number;
  /** CRC32 of each of its blocks. */
  crcs: readonly number[];
  /** Since when its bytes are known not to be what they were. */
  damagedAtMs?: number;
}

export const chunks = defineTable<ChunkRow>('chunks', { partition: ['sha256'] });

/** Which contents hold a chunk, by who brought them: so it tells also who has proved to have the chunk. */
export const chunkUses = defineTable<{
  /** Of a chunk brought alone: until then it counts. */
  untilMs?: number;
}>('chunk_uses', {
  partition: ['sha256'],
  clustering: ['owner_id', 'content_id'],
  kind: 'plain',
});

/** Contents whose whole checksum is not known yet. */
export const contentsToVerify = defineTable<{ attempts?: number }>('contents_to_verify', {
  partition: ['shard'],
  clustering: ['content_id'],
  kind: 'plain',
  wide: true,
});

/** They stay here a moment only. */
export const verifyShard = '0';

/** How far walks through everything have come: they go on there after a restart. */
export const contentWalks = defineTable<{ state: string }>('content_walks', {
  partition: ['walk'],
  kind: 'plain',
});

/** What reading found not to be as it was, until its bytes are brought again. */
export const damagedChunks = defineTable<{ atMs: number; problem: string }>('damaged_chunks', {
  partition: ['shard'],
  clustering: ['sha256'],
  kind: 'plain',
});
/** There is little of it, it is hoped. */
export const damagedShard = '0';
