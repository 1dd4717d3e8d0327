/**
 * Blobs: named, immutable bytes of any size. What a folder on disk and an S3 store can both promise: an object is
 * there whole or not at all, is found by its name, and is listed in the order of names.
 */
import type { Readable } from 'node:stream';

/**
 * Names are parts of `a-z 0-9 . _ -`, divided by slashes; no part begins with a dot, so none can leave its place, and
 * there are no capitals, so that no file system takes two for one. No name is another's folder (`a` beside `a/b`): some
 * stores cannot hold both. A folder of many thousand names is slow on disk:
 * whoever stores many puts two random letters before them, as in `originals/k3/k3f8…`.
 */
const namePattern = /^[a-z0-9_-][a-z0-9._-]*(\/[a-z0-9_-][a-z0-9._-]*)*$/;
export const nameCharactersMax = 512;
const partCharactersMax = 128;

export const isBlobName = (text: string): boolean =>
  text.length <= nameCharactersMax &&
  namePattern.test(text) &&
  text.split('/').every((part) => part.length <= partCharactersMax);

/** The name itself; throws TypeError for one that is none, which only a mistake of the program can bring here. */
export function checkedName(name: string): string {
  if (!isBlobName(name)) throw new TypeError(`${JSON.stringify(name.slice(0, 100))} is no blob name`);
  return name;
}

export const typeCharactersMax = 127;
const typePattern = /^[a-z0-9][a-z0-9!#$&^_.+-]*\/[a-z0-9][a-z0-9!#$&^_.+-]*$/;

export function checkedType(type: string): string {
  if (type.length > typeCharactersMax || !typePattern.test(type)) {
    throw new TypeError(`${JSON.stringify(type.slice(0, 100))} is no media type`);
  }
  return type;
}

/**
 * `absent`: no such blob or upload. `exists`: `ifAbsent` was asked and one is there. `mismatch`: the bytes are not of
 * the size or checksum told, or a part is missing or too small; nothing was stored. `range`: nothing of the blob lies
 * there. `full`: no space or quota left; nothing was stored. `unavailable`: the store cannot be reached or is not
 * well; whether a write took effect is not known, and repeating it is safe. `closed`: this end was closed.
 */
export type BlobsErrorKind = 'absent' | 'exists' | 'mismatch' | 'range' | 'full' | 'unavailable' | 'closed';

export class BlobsError extends Error {
  readonly kind: BlobsErrorKind;
  constructor(kind: BlobsErrorKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'BlobsError';
    this.kind = kind;
  }
}

export type BlobSource = Uint8Array | AsyncIterable<Uint8Array>;

export interface PutOptions {
  /** Such as `image/webp`, lower case, without parameters; kept with the blob. */
  type: string;
  /** Where given, the bytes must be exactly so many, else `mismatch`; more are not even read. */
  sizeBytes?: number;
  /** SHA-256 in hex; where given, the bytes must have it, else `mismatch`. */
  sha256?: string;
  /** Refuses with `exists` where a blob of that name is there, of several at once all but one. */
  ifAbsent?: boolean;
}

export interface ListedBlob {
  name: string;
  sizeBytes: number;
  storedAtMs: number;
}

export interface BlobInfo extends ListedBlob {
  type: string;
}

/** Byte positions from 0; `end` is the last one wanted, inclusive. `last` asks for that many at the end. */
export type ByteRange = { start: number; end?: number } | { last: number };

export interface OpenedBlob extends BlobInfo {
  /** What of it comes, `end` inclusive; of an empty blob 0 and -1. */
  start: number;
  end: number;
  /** To be read to its end, or destroyed. */
  body: Readable;
}

export interface PresignedRequest {
  method: 'PUT' | 'GET';
  /** Absolute, or a path on this server, beginning with a slash. */
  url: string;
  /** To be sent as they are; `content-length` is among them where it is bound. */
  headers: Record<string, string>;
  expiresAtMs: number;
}

/** An upload in parts, which may be gone on with after a crash of either side. */
export interface Upload {
  name: string;
  uploadId: string;
}

export interface Part {
  /** From 1. */
  number: number;
  sizeBytes: number;
  /** The store's own word for these bytes, to be given back as it is. */
  tag: string;
}

export const listLimitMax = 1000;
/** All parts but the last have at least so many bytes, as S3 wants. */
export const partBytesMin = 5 * 1024 * 1024;
export const partsMax = 10_000;
export const presignMsMax = 7 * 86_400_000;

/** Every method throws BlobsError, or the source's own error where the bytes themselves fail to come. */
export interface Blobs {
  /**
   * Stores bytes as they stream by, with bounded memory. Until it resolves the name shows what was there before;
   * from then on the whole new blob, durably. Repeating it does no harm. O(size).
   */
  put(name: string, source: BlobSource, options: PutOptions): Promise<BlobInfo>;
  /** Opens for reading. Who has opened a blob reads it to the end even if it is deleted or replaced meanwhile. */
  get(name: string, options?: { range?: ByteRange }): Promise<OpenedBlob>;
  /** Undefined where there is none. */
  stat(name: string): Promise<BlobInfo | undefined>;
  /** Also resolves where there is none. Durable: what was deleted does not come back after a power cut. */
  delete(name: string): Promise<void>;
  /**
   * Names that begin with `prefix` (any text, also the middle of a part) and sort after `after`, bytewise, at most
   * `limit`. A page shorter than its limit is the last. For janitors, never on behalf of a request.
   */
  list(prefix: string, options: { after?: string | undefined; limit: number }): Promise<ListedBlob[]>;
  /** Lets who has the answer store exactly one type and size under that name until it expires. No round trip. */
  presignPut(
    name: string,
    options: { type: string; sizeBytes: number; expiresInMs: number },
  ): Promise<PresignedRequest>;
  /** Lets who has the answer read that blob until it expires, whether or not it is there yet. */
  presignGet(name: string, options: { expiresInMs: number }): Promise<PresignedRequest>;

  begin(name: string, options: { type: string }): Promise<Upload>;
  /** Durable when it resolves. The same number again replaces that part. `number` is 1 to `partsMax`. */
  putPart(upload: Upload, number: number, source: BlobSource, options: { sizeBytes: number }): Promise<Part>;
  /** Parts that are stored, by number, after a number; for resuming. A page shorter than its limit is the last. */
  parts(upload: Upload, options: { after?: number | undefined; limit: number }): Promise<Part[]>;
  /**
   * Makes the blob of these parts, whole or not at all; the upload is over. Parts are named in rising order; `mismatch`
   * where one is not stored as named, or too small, and the upload goes on.
   */
  complete(upload: Upload, parts: readonly Part[], options?: { ifAbsent?: boolean }): Promise<BlobInfo>;
  /** Also resolves where there is no such upload. */
  abort(upload: Upload): Promise<void>;
  /** Uploads begun before that moment and neither completed nor aborted, at most `limit`: for the janitor. */
  uploadsBefore(startedBeforeMs: number, options: { limit: number }): Promise<Upload[]>;
  close(): Promise<void>;
}
