import { ByteBudget } from '../../lib/byte-budget.ts';
import { FairTurns } from '../../lib/fair-turns.ts';
import type { Id } from '../../lib/ids.ts';
import { RecentMap } from '../../lib/recent-map.ts';
import type { Clock } from '../../ports/clock/clock.ts';
import { BlockRoom } from './block-room.ts';
import { ChecksumThread } from './checksum-thread.ts';
import { blockBytes } from './checksums.ts';
import { chunkBytesMax } from './contents.ts';
import type { ChunkRoom } from './growing-chunk.ts';
import type { ChunkRow } from './tables.ts';

/** Chunks of large files that grow at the same time. */
const growingMax = 12;
/** The room takes all of them at their largest: so those that grow always get there, once what is whole is stored. */
const roomBlocks = (growingMax * chunkBytesMax) / blockBytes;
/** Uploads that wait for others; each is a connection that nothing is read from. */
const waitingMax = 1000;
const waitMsMax = 30_000;
const stalledMs = 10_000;
/** Parts that count only when their checksum was seen to fit, and wait in memory for it: `checkedAppendBytesMax` each. */
const checkedMax = 2;
/** Chunks that are whole and not yet stored: enough to keep thread and disk busy. Who brings more waits. */
const storingBytesMax = 16 * 1024 * 1024;
/** Chunks that are moved, on their way between packs. */
const movedBytesMax = 8 * 1024 * 1024;
/** Chunks placed lately, which a row may not name yet. */
const placedMax = 4000;

/** What uploads of this process share. Losing it costs time only. */
export interface UploadMemory extends ChunkRoom {
  checked: FairTurns;
  storing: ByteBudget;
  moved: ByteBudget;
  checksums: ChecksumThread;
  /** By checksum: so the same bytes coming twice at a time are stored once. */
  placed: RecentMap<Promise<ChunkRow>>;
  /** Who appends to a session now, to be stopped by whoever goes on with it. */
  appending: Map<Id, { stop: AbortController; done: Promise<unknown> }>;
}

export function createUploadMemory({ nowMs }: Pick<Clock, 'nowMs'>): UploadMemory {
  const room = new BlockRoom(roomBlocks);
  const patience = { waitingMax, waitMsMax, stalledMs, nowMs };
  return {
    room,
    turns: new FairTurns({ countMax: growingMax, ...patience }),
    checked: new FairTurns({ countMax: checkedMax, ...patience }),
    storing: new ByteBudget(storingBytesMax),
    moved: new ByteBudget(movedBytesMax),
    checksums: new ChecksumThread(room),
    placed: new RecentMap({ sizeMax: placedMax }),
    appending: new Map(),
  };
}
