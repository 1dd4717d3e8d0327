/**
 * Posts put into followers' inboxes in Redis by one process, as fast as it can, as the feed generator does.
 * Usage: node bench/servers/redis-fan-out.ts OPTIONS (see FanOutOptions, as JSON). Prints a FanOutResult as JSON.
 */
import { openRedis } from '../../src/adapters/redis/connection.ts';
import { redisTimelines } from '../../src/adapters/redis/redis-timelines.ts';
import { type Id, idFromNumber } from '../../src/lib/ids.ts';
import { systemClock } from '../../src/ports/clock/clock.ts';
import { fanOut, joinReader } from '../benches/fan-out.ts';

export interface FanOutOptions {
  redis: string;
  keyPrefix: string;
  /** Of several at once: authors and readers of their own. */
  number: number;
  durationMs: number;
}

export interface FanOutResult {
  insertions: number;
  perSecond: number;
  processorMs: number;
}

const authors = 20;
const readers = 500;
const followsPerReader = 10;
const commandTimeoutMs = 10_000;
const { redis, keyPrefix, number, durationMs } = JSON.parse(process.argv[2]!) as FanOutOptions;

const own = number * 1_000_000;
const authorId = (i: number): Id => idFromNumber(own + (i % authors) + 1);
const connection = await openRedis({ url: redis, keyPrefix, clock: systemClock, commandTimeoutMs });
const timelines = redisTimelines(connection);

for (let reader = 0; reader < readers; reader++) {
  const ids = Array.from({ length: followsPerReader }, (_, i) => authorId(reader + i));
  await joinReader(timelines, idFromNumber(own + authors + reader + 1), ids);
}

const startMs = systemClock.monotonicMs();
const before = process.cpuUsage();
let insertions = 0;
for (let key = 1; systemClock.monotonicMs() - startMs < durationMs; key++) {
  insertions += await fanOut(timelines, authorId(key), key);
}
const { user, system } = process.cpuUsage(before);
const perSecond = (insertions / (systemClock.monotonicMs() - startMs)) * 1000;
const result: FanOutResult = { insertions, perSecond, processorMs: (user + system) / 1000 };
console.log(JSON.stringify(result));
await connection.close();
