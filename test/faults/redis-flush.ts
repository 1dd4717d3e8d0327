import { Redis } from 'ioredis';

/** All that Redis holds, at once, as an operator might by mistake. */
export async function flushRedis(url: string): Promise<void> {
  const client = new Redis(url, { lazyConnect: true, retryStrategy: () => null });
  client.on('error', () => undefined);
  await client.connect();
  await client.flushall();
  client.disconnect();
}
