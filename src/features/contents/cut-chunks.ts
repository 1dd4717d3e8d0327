import { CutFinder } from './find-cut.ts';

/** A chunk as it came. */
export interface CutChunk {
  pieces: readonly Uint8Array[];
  sizeBytes: number;
  /** Others of its stream follow. */
  isFollowed: boolean;
}

/** Pieces below this are gathered, so that bytes that come one by one do not take a hundred times their room. */
const pieceBytesMin = 16 * 1024;
const slabBytes = 64 * 1024;

/** Cuts the bytes of one stream into chunks as they come. What it is given it keeps as it is, until the chunk goes. */
export class ChunkCutter {
  #finder = new CutFinder();
  #chunk = new GrowingChunk();

  /** The chunks that end in these bytes. */
  *push(bytes: Uint8Array): Generator<CutChunk> {
    for (let from = 0; from < bytes.length; ) {
      const cut = this.#finder.find(bytes, from);
      this.#chunk.add(bytes.subarray(from, cut < 0 ? bytes.length : cut));
      if (cut < 0) return;
      yield this.#next(true);
      from = cut;
    }
  }

  /** So many bytes have come since the last chunk ended. */
  get restBytes(): number {
    return this.#chunk.sizeBytes;
  }

  /** They themselves, without the first so many. */
  restAfter(bytes: number): Uint8Array[] {
    return this.#chunk.piecesAfter(bytes);
  }

  /** The bytes since the last cut, as the chunk they are if nothing follows. */
  end(): CutChunk | undefined {
    return this.#chunk.sizeBytes === 0 ? undefined : this.#next(false);
  }

  #next(isFollowed: boolean): CutChunk {
    const chunk = { ...this.#chunk.finish(), isFollowed };
    this.#chunk = new GrowingChunk();
    return chunk;
  }
}

class GrowingChunk {
  sizeBytes = 0;
  #pieces: Uint8Array[] = [];
  /** Of the last piece, if it is a slab that takes more. */
  #slabFree = 0;

  add(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.sizeBytes += bytes.length;
    if (bytes.length >= pieceBytesMin) {
      this.#pieces.push(bytes);
      this.#slabFree = 0;
      return;
    }
    this.#gather(bytes);
  }

  piecesAfter(bytes: number): Uint8Array[] {
    let skip = bytes;
    return this.#pieces.flatMap((piece) => {
      const from = Math.min(skip, piece.length);
      skip -= from;
      return from < piece.length ? [piece.subarray(from)] : [];
    });
  }

  finish(): Omit<CutChunk, 'isFollowed'> {
    return { pieces: this.#pieces, sizeBytes: this.sizeBytes };
  }

  #gather(bytes: Uint8Array): void {
    const room = Math.min(bytes.length, this.#slabFree);
    if (room > 0) {
      const last = this.#pieces.pop()!;
      const grown = new Uint8Array(last.buffer, last.byteOffset, last.length + room);
      grown.set(bytes.subarray(0, room), last.length);
      this.#pieces.push(grown);
      this.#slabFree -= room;
    }
    if (room === bytes.length) return;
    // The first small piece is often all there is: it needs no room for more.
    const rest = bytes.subarray(room);
    if (this.#pieces.length === 0) this.#pieces.push(rest.slice());
    else {
      this.#pieces.push(new Uint8Array(new ArrayBuffer(slabBytes), 0, rest.length));
      this.#pieces.at(-1)!.set(rest);
      this.#slabFree = slabBytes - rest.length;
    }
  }
}
