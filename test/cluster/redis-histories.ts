import { Redis } from 'ioredis';
import { openRedis, type RedisConnection } from '../../src/adapters/redis/connection.ts';
import { redisTimelines } from '../../src/adapters/redis/redis-timelines.ts';
import type { SharedTimelines } from '../../src/features/feed/test-history.ts';
import { systemClock } from '../../src/ports/clock/clock.ts';
import { OwnRedis } from './own-redis.ts';

export interface RedisHistoriesOptions {
  program: string;
  port: number;
  /** Whether the server is ever killed. */
  restarts: boolean;
}

let server: OwnRedis | undefined;
let raw: Redis | undefined;
let histories = 0;

/** One server for all histories of a thread; keys of its own for each. */
export async function shareTimelines(
  options: RedisHistoriesOptions,
  ringMax: number,
): Promise<SharedTimelines> {
  if (!server) {
    server = new OwnRedis(options.program, options.port);
    await server.start();
  }
  const own = server;
  raw ??= new Redis(own.url, { retryStrategy: () => 5 }).on('error', () => undefined);
  const keys = raw;
  const keyPrefix = `history-${++histories}`;
  const connections: RedisConnection[] = [];

  const loseKeys = async (random: () => number, part: number) => {
    const found = await keys.keys(`${keyPrefix}*`);
    const lost = found.filter(() => random() < part);
    if (lost.length > 0) await keys.unlink(...lost);
  };
  return {
    async open() {
      const connection = await openRedis({
        url: own.url,
        keyPrefix,
        clock: systemClock,
        commandTimeoutMs: 2000,
      });
      connections.push(connection);
      return redisTimelines(connection, { ringMax });
    },
    async disturb(random) {
      const dice = random();
      if (options.restarts && dice < 0.02) await own.restart();
      else if (options.restarts && dice < 0.04) await restore(own);
      else if (dice < 0.1) await keys.flushall();
      else if (dice < 0.3) await loseKeys(random, 0.5);
      else await loseKeys(random, 0.1);
    },
    async end() {
      for (const connection of connections) await connection.close();
      await loseKeys(() => 0, 1);
    },
  };
}

/** After the last history. */
export async function endShared(): Promise<void> {
  raw?.disconnect();
  await server?.end();
}

/** What was there a moment ago comes back, and what was lost since with it. */
async function restore(own: OwnRedis): Promise<void> {
  await own.snapshot();
  await own.ask('flushall');
  await own.restart({ restored: true });
}
