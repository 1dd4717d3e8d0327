import type { FairTurns, Turn } from '../../lib/fair-turns.ts';
import type { Refusal } from '../../lib/refusal.ts';
import type { BlockRoom } from './block-room.ts';
import { blockBytes } from './checksums.ts';

/** What uploads share to put their bytes into. */
export interface ChunkRoom {
  room: BlockRoom;
  /** Each chunk that grows beyond `looseBytesMax` holds one: together they always find room to become whole. */
  turns: FairTurns;
}

export interface GrowingFor {
  ownerId: string;
  /** Hears when others have waited too long for this one, which stands still. */
  lost: (reason: Refusal) => void;
}

/** A chunk as it came. Its bytes are there until it is released. */
export interface CutChunk {
  pieces: readonly Uint8Array[];
  sizeBytes: number;
  /** Others of its stream follow. */
  isFollowed: boolean;
  /** Where its pieces lie in the room; undefined for a small one, which lies outside. */
  blocks: readonly number[] | undefined;
  release(): void;
}

/** So much of a chunk, which is all there is of most files, is kept in the buffers it came in. */
export const looseBytesMax = blockBytes;
/** Pieces below this are gathered, so that bytes that come one by one do not take a hundred times their room. */
const pieceBytesMin = 16 * 1024;
const gatherBytes = 64 * 1024;

/** The bytes of a chunk while they come. */
export class GrowingChunk {
  readonly #shared: ChunkRoom;
  readonly #for: GrowingFor;
  sizeBytes = 0;
  #loose: Uint8Array[] = [];
  /** Of the last loose piece, if it takes more. */
  #looseFree = 0;
  #turn: Turn | undefined;
  #blocks: number[] = [];

  constructor(shared: ChunkRoom, growingFor: GrowingFor) {
    this.#shared = shared;
    this.#for = growingFor;
  }

  /** Has taken the bytes when it returns, or when what it returns resolves. */
  add(bytes: Uint8Array): Promise<void> | undefined {
    if (bytes.length === 0) return undefined;
    if (!this.#turn && this.sizeBytes + bytes.length > looseBytesMax) return this.#addFirst(bytes);
    if (this.#turn) return this.#fill(bytes);
    this.sizeBytes += bytes.length;
    this.#keepLoose(bytes);
    return undefined;
  }

  pieces(): Uint8Array[] {
    if (!this.#turn) return this.#loose;
    return this.#blocks.map((block, i) =>
      this.#shared.room.bytesOf(block, Math.min(blockBytes, this.sizeBytes - i * blockBytes)),
    );
  }

  piecesAfter(bytes: number): Uint8Array[] {
    let skip = bytes;
    return this.pieces().flatMap((piece) => {
      const from = Math.min(skip, piece.length);
      skip -= from;
      return from < piece.length ? [piece.subarray(from)] : [];
    });
  }

  finish(isFollowed: boolean): CutChunk {
    const { sizeBytes } = this;
    const blocks = this.#turn ? this.#blocks : undefined;
    const chunk = { pieces: this.pieces(), sizeBytes, isFollowed, blocks };
    this.#turn?.give();
    this.#blocks = [];
    return { ...chunk, release: () => blocks && this.#shared.room.give(blocks) };
  }

  /** Forgets what came. */
  drop(): void {
    this.#shared.room.give(this.#blocks);
    this.#blocks = [];
    this.#loose = [];
    this.#turn?.give();
  }

  async #addFirst(bytes: Uint8Array): Promise<void> {
    const { ownerId, lost } = this.#for;
    this.#turn = await this.#shared.turns.take(ownerId, lost);
    const loose = this.#loose;
    this.#loose = [];
    this.sizeBytes = 0;
    for (const piece of [...loose, bytes]) await this.#fill(piece);
  }

  #fill(bytes: Uint8Array): Promise<void> | undefined {
    this.#turn!.moved();
    for (let at = 0; at < bytes.length; ) {
      const inLast = this.sizeBytes - (this.#blocks.length - 1) * blockBytes;
      if (this.#blocks.length === 0 || inLast === blockBytes) {
        const block = this.#shared.room.take();
        if (typeof block !== 'number') return this.#fillWhenThere(block, bytes.subarray(at));
        this.#blocks.push(block);
        continue;
      }
      const part = bytes.subarray(at, at + blockBytes - inLast);
      this.#shared.room.bytesOf(this.#blocks.at(-1)!, blockBytes).set(part, inLast);
      this.sizeBytes += part.length;
      at += part.length;
    }
    return undefined;
  }

  async #fillWhenThere(block: Promise<number>, bytes: Uint8Array): Promise<void> {
    this.#blocks.push(await block);
    await this.#fill(bytes);
  }

  #keepLoose(bytes: Uint8Array): void {
    if (bytes.length >= pieceBytesMin) {
      this.#loose.push(bytes);
      this.#looseFree = 0;
      return;
    }
    const room = Math.min(bytes.length, this.#looseFree);
    if (room > 0) {
      const last = this.#loose.pop()!;
      const grown = new Uint8Array(last.buffer, last.byteOffset, last.length + room);
      grown.set(bytes.subarray(0, room), last.length);
      this.#loose.push(grown);
      this.#looseFree -= room;
    }
    if (room === bytes.length) return;
    // The first small piece is often all there is: it needs no room for more.
    const rest = bytes.subarray(room);
    if (this.#loose.length === 0) this.#loose.push(rest.slice());
    else {
      this.#loose.push(new Uint8Array(new ArrayBuffer(gatherBytes), 0, rest.length));
      this.#loose.at(-1)!.set(rest);
      this.#looseFree = gatherBytes - rest.length;
    }
  }
}
