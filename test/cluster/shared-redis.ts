import { randomBytes } from 'node:crypto';
import { after } from 'node:test';
import { Redis } from 'ioredis';
import { openRedis, type RedisConnection } from '../../src/adapters/redis/connection.ts';
import { systemClock } from '../../src/ports/clock/clock.ts';

export const redisUrl = process.env['KITH_REDIS'] ?? 'redis://127.0.0.1:16379';

/** A prefix of this run's own; its keys are removed after the tests of the file. */
export function ownPrefix(): string {
  const prefix = `kith-test-${randomBytes(6).toString('hex')}`;
  after(() => removeKeys(redisUrl, prefix));
  return prefix;
}

export async function removeKeys(url: string, prefix: string): Promise<void> {
  const client = new Redis(url);
  for await (const keys of client.scanStream({ match: `${prefix}*`, count: 1000 }))
    if ((keys as string[]).length > 0) await client.unlink(...(keys as string[]));
  client.disconnect();
}

/** Connections of a test file, closed after it. A busy machine answers late, which is not what is tested. */
export function connections(
  url = redisUrl,
): (prefix: string, commandTimeoutMs?: number) => Promise<RedisConnection> {
  const opened: RedisConnection[] = [];
  after(() => Promise.all(opened.map((connection) => connection.close())));
  return async (keyPrefix, commandTimeoutMs = 5000) => {
    const connection = await openRedis({ url, keyPrefix, clock: systemClock, commandTimeoutMs });
    opened.push(connection);
    return connection;
  };
}
