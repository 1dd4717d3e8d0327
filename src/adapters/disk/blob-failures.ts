import { BlobsError } from '../../ports/blobs/blobs.ts';
import { codeOf } from './durable-folders.ts';

const fullCodes = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/**
 * Errors of the disk as the port tells them; others, such as the source's own, as they are. What a file system says
 * has both a code and a system call.
 */
export function blobFailure(error: unknown): unknown {
  const code = codeOf(error);
  const isOfDisk = code !== undefined && (error as NodeJS.ErrnoException).syscall !== undefined;
  if (!isOfDisk || isOfNetwork(error)) return error;
  if (fullCodes.has(code))
    return new BlobsError('full', 'The disk is full: nothing was stored.', { cause: error });
  return new BlobsError('unavailable', `The folder of blobs failed: ${(error as Error).message}.`, {
    cause: error,
  });
}

/** A source that is a connection brings errors of its own, which name no file. */
const isOfNetwork = (error: unknown) =>
  ['read', 'connect', 'write'].includes((error as NodeJS.ErrnoException).syscall ?? '') &&
  ['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ECONNABORTED'].includes(codeOf(error)!);

export async function orBlobFailure<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw blobFailure(error);
  }
}
