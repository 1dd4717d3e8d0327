/**
 * Contents: the bytes of files. A content is immutable, made of chunks that are stored once per instance, and lives
 * as long as it has uses; names, folders and who may read it are the concern of whoever uses it.
 */
import type { Readable } from 'node:stream';
import type { Id } from '../../lib/ids.ts';
import type { ByteRange } from '../../ports/blobs/blobs.ts';
import type { Write } from '../../ports/records/records.ts';

export interface Content {
  id: Id;
  /** Whose account stored it. */
  ownerId: Id;
  sizeBytes: number;
  /** Of the whole, in hex; null until it was read and verified, which a hint `content.verified` {contentId} tells. */
  sha256: string | null;
}

/** A content whose bytes are stored, and whose rows may wait for the commit that gives it its first use. */
export interface FreshContent extends Content {
  rows?: ContentRows | undefined;
}

/** What is to be written of a content. */
export interface ContentRows {
  /** For a commit's `claims`: where one of them is in conflict, `write` knows what to do. */
  readonly claims: readonly Write[];
  /** For the `then` of the same commit. */
  readonly then: readonly Write[];
  /** Throws where its bytes came so long ago that they may be gone. To be called before they are claimed. */
  check(): void;
  /** Writes them by themselves. */
  write(): Promise<void>;
  /** By `write`; then no commit needs them. */
  readonly isWritten: boolean;
}

/** A chunk as a client names it. */
export interface NamedChunk {
  /** In hex, lower case. */
  sha256: string;
  sizeBytes: number;
}

export interface StoreOptions {
  /** More is refused as `too-large`, before it is stored. */
  bytesMax: number;
  /** Where given, exactly so many must come, else `invalid`. */
  sizeBytes?: number | undefined;
  /** Where given, the whole must have it, else `invalid`. */
  sha256?: string | undefined;
}

export interface OpenedContent {
  content: Content;
  /** What of it comes, `end` inclusive; of an empty content 0 and -1. */
  start: number;
  end: number;
  /** To be read to its end, or destroyed. Fails where bytes turn out damaged, and none of those leave. */
  body: Readable;
}

/** An upload that may break off and go on, also after a restart or in another process. */
export interface UploadSession {
  id: Id;
  ownerId: Id;
  /** So many bytes are durable; the next come there. */
  offsetBytes: number;
  sizeBytes: number | undefined;
  /** After that moment it may be gone; each append moves it. */
  expiresAtMs: number;
}

/** In hex. */
export interface PartChecksum {
  algorithm: 'sha256' | 'sha1';
  value: string;
}

/** Every method throws Refusal for what a client can mend, BlobsError or RecordsError for what it cannot. */
export interface Contents {
  /**
   * Stores bytes as they stream by, with bounded memory. Durable when it resolves, and held for `heldMs`: a use must
   * be committed within that time. Where it fails, what was stored is collected some day.
   */
  store(ownerId: Id, source: AsyncIterable<Uint8Array>, options: StoreOptions): Promise<Content>;
  /**
   * The same for who commits a use at once: the rows of a small content may be left for that commit, which then waits
   * for the disk once instead of twice. Whoever leaves them unwritten has stored nothing.
   */
  place(ownerId: Id, source: AsyncIterable<Uint8Array>, options: StoreOptions): Promise<FreshContent>;
  /** In their order, undefined where there is none (any more). At most `getManyMax`. */
  describe(contentIds: readonly Id[]): Promise<(Content | undefined)[]>;
  /** Refuses with `not-found`; throws BlobsError `range` where nothing of it lies there. */
  open(contentId: Id, options?: { range?: ByteRange | undefined }): Promise<OpenedContent>;

  /**
   * To be called before a commit that gives a use to a content which is not fresh from here (a copy, a restore, a
   * share): from then on it stays for half of `heldMs` at least, whatever ends meanwhile. Refuses with `not-found`.
   */
  hold(contentId: Id): Promise<Content>;
  /**
   * Writes for a commit's `then`. A use is any text its holder finds again, such as `version:<id>`; the same use twice
   * is one. The content lives while it has one.
   */
  useWrites(contentId: Id, use: string): Write[];
  /** The same for its end. What has no use left is collected days later. */
  endUseWrites(contentId: Id, use: string): Write[];

  /** Of these (at most `chunksAskedMax`), in their order, those this account has not itself proved to have; the others are held. */
  missing(ownerId: Id, sha256s: readonly string[]): Promise<string[]>;
  /** Stores one chunk, at most `chunkBytesMax`, whose bytes must have that checksum. Held for `heldMs`. */
  putChunk(ownerId: Id, sha256: string, source: AsyncIterable<Uint8Array>): Promise<void>;
  /**
   * Makes a content of chunks this account has proved to have; refuses with `conflict` where it has not. Its `sha256`
   * is null until verified in the background.
   */
  fromChunks(ownerId: Id, chunks: readonly NamedChunk[], options: { bytesMax: number }): Promise<Content>;

  begin(ownerId: Id, options?: { sizeBytes?: number | undefined }): Promise<UploadSession>;
  /** Undefined where there is none, also once it is sealed or ended. Stops whoever appends: the answer is where to go on. */
  session(sessionId: Id): Promise<UploadSession | undefined>;
  /**
   * Appends at `offsetBytes`, refused with `conflict` where the session is elsewhere or somebody else is appending.
   * What has come is durable when it resolves, also if the source breaks off: then it throws the source's error, and
   * `session` tells how far it came. With `checksum`, of just these bytes, all of them count or none. They are held in
   * memory then, so at most `checkedAppendBytesMax` may come.
   */
  append(
    sessionId: Id,
    offsetBytes: number,
    source: AsyncIterable<Uint8Array>,
    options: { bytesMax: number; checksum?: PartChecksum | undefined },
  ): Promise<UploadSession>;
  /** Ends it, its bytes becoming a content held for `heldMs`; asked again it answers the same content. */
  seal(sessionId: Id): Promise<Content>;
  /** Also resolves where there is none. */
  abort(sessionId: Id): Promise<void>;
}

const hourMs = 3_600_000;
/** For so long nothing that was stored, held or asked for is collected, used or not. */
export const heldMs = 24 * hourMs;
/** An upload nothing is appended to for so long may go. */
export const sessionMs = 7 * 24 * hourMs;
export const chunkBytesMin = 256 * 1024;
export const chunkBytesMax = 4 * 1024 * 1024;
export const chunksAskedMax = 1000;
/** Of one manifest: with chunks of the mean size, so many MiB. */
export const chunksNamedMax = 100_000;
export const checkedAppendBytesMax = 16 * 1024 * 1024;
export const useCharactersMax = 100;
