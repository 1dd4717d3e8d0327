import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** A collection of the young takes less than a millisecond, and so many bytes of a connection take longer to come. */
const everyBytes = 8 * 1024 * 1024;

const collectYoung = exposed();
let bytesSince = 0;

/**
 * To be told of bytes that came by in fresh buffers and are not held any more. V8 counts buffers as old memory that
 * grows, although nearly all of them are garbage at once, and looks through the whole heap every 20 MiB, which takes a
 * server more than all else it does with an upload. So what is young is collected before it comes to that.
 */
export function bytesCameBy(bytes: number): void {
  bytesSince += bytes;
  if (bytesSince < everyBytes) return;
  bytesSince = 0;
  collectYoung?.({ type: 'minor' });
}

function exposed(): ((options: { type: 'minor' }) => void) | undefined {
  setFlagsFromString('--expose-gc');
  const found: unknown = runInNewContext('globalThis.gc');
  return typeof found === 'function' ? (found as (options: { type: 'minor' }) => void) : undefined;
}
