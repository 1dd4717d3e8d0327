import { createHash } from 'node:crypto';
import type { LogEntry } from '../../ports/log/log.ts';

/**
 * An entry as a message: its key is the message's, the rest is a JSON array that later versions may make longer.
 */
export const encodeEntry = ({ position, atMs, kind, key, data }: LogEntry) => ({
  key: Buffer.from(key),
  value: Buffer.from(JSON.stringify([position, atMs, kind, data])),
});

/** Undefined for what is no entry: nobody is held up by a message that somebody else put there. */
export function decodeEntry(
  key: Uint8Array | null | undefined,
  value: Uint8Array | null | undefined,
): LogEntry | undefined {
  if (!key || !value) return undefined;
  try {
    const parts: unknown = JSON.parse(Buffer.from(value).toString());
    if (!Array.isArray(parts)) return undefined;
    const [position, atMs, kind, data] = parts as unknown[];
    if (typeof position !== 'number' || typeof atMs !== 'number' || typeof kind !== 'string')
      return undefined;
    if (typeof data !== 'object' || data === null) return undefined;
    return { position, atMs, kind, key: Buffer.from(key).toString(), data: data as LogEntry['data'] };
  } catch {
    return undefined;
  }
}

/** Hints with one key lie in one partition, in order. */
export const partitionOf = (key: string, count: number): number =>
  createHash('md5').update(key).digest().readUInt32LE(0) % count;
