import { CutFinder } from './find-cut.ts';
import { type ChunkRoom, type CutChunk, GrowingChunk, type GrowingFor } from './growing-chunk.ts';

/** Cuts the bytes of one stream into chunks as they come. */
export class ChunkCutter {
  readonly #shared: ChunkRoom;
  readonly #for: GrowingFor;
  #finder = new CutFinder();
  #chunk: GrowingChunk;

  constructor(shared: ChunkRoom, growingFor: GrowingFor) {
    this.#shared = shared;
    this.#for = growingFor;
    this.#chunk = new GrowingChunk(shared, growingFor);
  }

  /** Hands on the chunks that end in these bytes, each when the one before was taken. */
  async push(bytes: Uint8Array, take: (chunk: CutChunk) => Promise<void>): Promise<void> {
    for (let from = 0; from < bytes.length; ) {
      const cut = this.#finder.find(bytes, from);
      const adding = this.#chunk.add(bytes.subarray(from, cut < 0 ? bytes.length : cut));
      if (adding) await adding;
      if (cut < 0) return;
      await take(this.#next(true));
      from = cut;
    }
  }

  /** The bytes since the last chunk ended, without the first so many; to be looked at before anything else happens here. */
  restAfter(bytes: number): Uint8Array[] {
    return this.#chunk.piecesAfter(bytes);
  }

  /** The bytes since the last cut, as the chunk they are if nothing follows. */
  end(): CutChunk | undefined {
    return this.#chunk.sizeBytes === 0 ? undefined : this.#next(false);
  }

  /** Forgets what came since the last cut. To be called at the end of all. */
  drop(): void {
    this.#chunk.drop();
  }

  #next(isFollowed: boolean): CutChunk {
    const chunk = this.#chunk.finish(isFollowed);
    this.#chunk = new GrowingChunk(this.#shared, this.#for);
    return chunk;
  }
}
