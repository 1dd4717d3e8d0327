import { BlobsError, type BlobsErrorKind } from '../../ports/blobs/blobs.ts';

const kindByName: Readonly<Record<string, BlobsErrorKind>> = {
  NoSuchKey: 'absent',
  NotFound: 'absent',
  NoSuchUpload: 'absent',
  PreconditionFailed: 'exists',
  InvalidRange: 'range',
  InvalidPart: 'mismatch',
  InvalidPartOrder: 'mismatch',
  EntityTooSmall: 'mismatch',
  BadDigest: 'mismatch',
  IncompleteBody: 'mismatch',
  QuotaExceeded: 'full',
  InsufficientStorage: 'full',
  XMinioStorageFull: 'full',
  NoSuchBucket: 'unavailable',
};
const kindByStatus: Readonly<Record<number, BlobsErrorKind>> = {
  404: 'absent',
  412: 'exists',
  416: 'range',
  507: 'full',
};

interface StoreError extends Error {
  $metadata?: { httpStatusCode?: number };
}

/** What the store or the way to it answered, as the port tells it. */
export function s3Failure(error: unknown): BlobsError {
  if (error instanceof BlobsError) return error;
  const { name, message, $metadata } = error as StoreError;
  const kind = kindByName[name] ?? kindByStatus[$metadata?.httpStatusCode ?? 0] ?? 'unavailable';
  return new BlobsError(kind, `The object store answered ${name}: ${message}`, { cause: error });
}

/** Runs requests to the store; whatever fails in them is told as the port does. */
export async function ask<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw s3Failure(error);
  }
}
