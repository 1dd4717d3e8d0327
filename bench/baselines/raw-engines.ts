/**
 * Baselines for the cluster: the engines asked by their own clients alone, so many at a time, as fast as they answer.
 * Usage: node bench/baselines/raw-engines.ts OPTIONS (see RawEngineOptions, as JSON). Prints a RawResult as JSON.
 */
import { randomBytes } from 'node:crypto';
import { Client, types } from 'cassandra-driver';
import { Redis } from 'ioredis';
import { systemClock } from '../../src/ports/clock/clock.ts';
import { LatencyLog } from '../load/latency.ts';
import type { Latency } from '../load/plan.ts';

export interface RawEngineOptions {
  /**
   * `redis`: one value read; `write`: one row at LOCAL_QUORUM; `decide`: one row if it is not there, at LOCAL_SERIAL;
   * `wave`: the newest rows of so many partitions, side by side.
   */
  what: 'redis' | 'write' | 'decide' | 'wave';
  atOnce: number;
  durationMs: number;
  warmupMs: number;
  /** Of a value; those of a wave are as small as a place in a list. */
  bytes: number;
  partitions: number;
  redis: string;
  cassandra: string[];
  datacenter: string;
  keyspace: string;
}

export interface RawResult {
  perSecond: number;
  latencyMs: Latency;
  failed: number;
}

const listRows = 25;
/** A row of an author's list names a post and holds nothing else. */
const placeBytes = 24;
const failedMax = 100;
const options = JSON.parse(process.argv[2]!) as RawEngineOptions;
const value = randomBytes((options.what === 'wave' ? placeBytes : options.bytes) >> 1).toString('hex');
const { work, close } = await (options.what === 'redis' ? openRedis() : openCassandra());
await run(options.warmupMs);
console.log(JSON.stringify(await run(options.durationMs)));
await close();

async function run(durationMs: number): Promise<RawResult> {
  const latencies = new LatencyLog();
  let failed = 0;
  const startMs = systemClock.monotonicMs();
  const lane = async () => {
    for (;;) {
      const sentMs = systemClock.monotonicMs();
      if (sentMs - startMs >= durationMs) return;
      try {
        await work();
        latencies.add(systemClock.monotonicMs() - sentMs);
      } catch (error) {
        // An engine that others press as well times out now and then.
        failed++;
        if (failed > failedMax) throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: options.atOnce }, lane));
  const seconds = (systemClock.monotonicMs() - startMs) / 1000;
  return { perSecond: latencies.count / seconds, latencyMs: latencies.summary(), failed };
}

async function openRedis() {
  const client = new Redis(options.redis);
  const key = `${options.keyspace}:raw`;
  await client.set(key, value);
  return {
    work: () => client.get(key),
    async close() {
      await client.del(key);
      client.disconnect();
    },
  };
}

async function openCassandra() {
  const { keyspace } = options;
  const client = new Client({
    contactPoints: options.cassandra,
    localDataCenter: options.datacenter,
    keyspace,
    // Making a table takes its time.
    socketOptions: { readTimeout: 60_000 },
    queryOptions: {
      prepare: true,
      consistency: types.consistencies.localQuorum,
      serialConsistency: types.consistencies.localSerial,
    },
  });
  await client.connect();
  const table = `raw_${options.what}`;
  await client.execute(`CREATE TABLE IF NOT EXISTS ${table} (p text, c text, v text, PRIMARY KEY (p, c))`);
  const insert = (p: string, c: string, condition = '') =>
    client.execute(`INSERT INTO ${table} (p, c, v) VALUES (?, ?, ?) ${condition}`, [p, c, value]);
  const close = () => client.shutdown();
  const own = randomBytes(6).toString('hex');
  let count = 0;
  if (options.what === 'write') return { work: () => insert(`${own}${count++}`, ''), close };
  if (options.what === 'decide')
    return { work: () => insert(`${own}${count++}`, '', 'IF NOT EXISTS'), close };
  const partitions = Array.from({ length: options.partitions }, (_, i) => `p${i}`);
  for (const p of partitions)
    await Promise.all(Array.from({ length: listRows }, (_, c) => insert(p, String(c).padStart(4, '0'))));
  const newest = `SELECT c, v FROM ${table} WHERE p = ? ORDER BY c DESC LIMIT ${listRows}`;
  return { work: () => Promise.all(partitions.map((p) => client.execute(newest, [p]))), close };
}
