/**
 * Packs: many small byte strings in few large objects. What is appended by many at the same time becomes durable
 * together, and is found again by its place. A pack's name is never used twice.
 */

export interface Place {
  pack: string;
  /** The first byte's position in the pack. */
  at: number;
}

export interface ListedPack {
  pack: string;
  sizeBytes: number;
  /** When something was appended last. */
  changedAtMs: number;
}

/** A pack that was not appended to for so long is never again. */
export const packIdleMsMax = 3_600_000;
/** One append has at most so many bytes. */
export const appendBytesMax = 8 * 1024 * 1024;
export const packsListMax = 1000;

export interface AppendOptions {
  /** More follows: it may wait a moment for company, which makes fewer and larger writes. */
  mayWait?: boolean;
}

/** Every method throws BlobsError: `full`, `unavailable` or `closed`, where no other is named. */
export interface Packs {
  /** So many bytes are read at once without waste. */
  readonly readBytesIdeal: number;
  /**
   * Stores the pieces as one string of bytes, at least one byte. Durable when it resolves; until then the caller leaves
   * them as they are. Where it fails, some may lie there that nobody will ever find.
   */
  append(pieces: readonly Uint8Array[], options?: AppendOptions): Promise<Place>;
  /**
   * Exactly so many bytes from there, at the beginning of `into` where that is given. `absent` where there is no such
   * pack, `range` where it ends before.
   */
  read(place: Place, sizeBytes: number, into?: Buffer): Promise<Buffer>;
  /** In the order of names, after one; a page shorter than its limit is the last. For janitors. */
  list(options: { after?: string | undefined; limit: number }): Promise<ListedPack[]>;
  /** Also resolves where there is none. Who still appends to it is not to be expected: it has not changed for long. */
  delete(pack: string): Promise<void>;
  /** Waits for what is being appended; what comes later is `closed`. */
  close(): Promise<void>;
}

/** Two random letters first: a folder of many thousand files is slow. */
const packPattern = /^[0-9a-f]{2}\/[0-9a-f]{32}$/;
export const isPackName = (text: string): boolean => packPattern.test(text);
export const packName = (randomHex: string): string => `${randomHex.slice(0, 2)}/${randomHex}`;
