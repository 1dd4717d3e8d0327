import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { OwnNamespace } from '../../test/cluster/own-namespace.ts';
import { openTestSet } from '../../tools/engines/test-set.ts';
import type { RawEngineOptions, RawResult } from '../baselines/raw-engines.ts';
import type { BenchWorld } from '../world/world.ts';
import type { RunningServer } from './child.ts';
import { startKith } from './kith.ts';
import type { FanOutOptions, FanOutResult } from './redis-fan-out.ts';

const variables = ['KITH_CASSANDRA', 'KITH_KAFKA', 'KITH_REDIS', 'KITH_OPENSEARCH'];
const command = fileURLToPath(new URL('../../cli/main.ts', import.meta.url));
const raw = fileURLToPath(new URL('../baselines/raw-engines.ts', import.meta.url));
const fanOut = fileURLToPath(new URL('redis-fan-out.ts', import.meta.url));
const run = promisify(execFile);

export interface BenchCluster {
  /** Where the engines came from. */
  source: string;
  /** Each of one role's has a folder of its own, named after the role unless told. */
  start(roles: string, folder?: string): Promise<RunningServer>;
  /** Redis loses all that it holds of this world. */
  forgetDerived(): Promise<void>;
  baseline(
    options: Pick<RawEngineOptions, 'what' | 'atOnce' | 'durationMs' | 'warmupMs'>,
  ): Promise<RawResult>;
  /** One process that does nothing but put posts into inboxes. */
  fanOut(options: Pick<FanOutOptions, 'number' | 'durationMs'>): Promise<FanOutResult>;
  remove(): Promise<void>;
}

/** A world moved into a namespace of its own, in the engines that the environment names or in some started for it. */
export async function openCluster(
  world: BenchWorld,
  { bytes, say }: { bytes: number; say: (line: string) => void },
): Promise<BenchCluster> {
  const isGiven = variables.every((name) => process.env[name]);
  const set = isGiven ? undefined : await openTestSet({ report: (line) => say(`  ${line}`) });
  try {
    if (set) {
      await set.start();
      Object.assign(process.env, set.env());
    }
    // They look at the environment when they are loaded.
    const [{ ownNamespace }, { removeKeys, redisUrl }] = await Promise.all([
      import('../../test/cluster/own-namespace.ts'),
      import('../../test/cluster/shared-redis.ts'),
    ]);
    const namespace = ownNamespace();
    const secret = readFileSync(join(world.dataDir, 'secret'), 'utf8').trim();
    const env = { ...namespace.env, KITH_SECRET: secret };
    const kith = async (...args: string[]) =>
      (await run(process.execPath, [command, ...args], { env: { ...process.env, ...env } })).stdout;
    await kith('migrate');
    say('  moving the world into the cluster');
    await kith('move', '--to', 'cluster', '--data', world.dataDir);
    return {
      source: isGiven
        ? `engines named by ${variables.join(', ')}`
        : 'engines started for this run, one node each',
      start: (roles, folder = roles) =>
        startKith({ dataDir: join(world.dataDir, '..', folder), env: { ...env, KITH_ROLES: roles } }),
      forgetDerived: () => removeKeys(redisUrl, namespace.name),
      baseline: (options) => measureRaw({ ...options, ...engineOptions(namespace, bytes, world) }, say),
      async fanOut(options) {
        const all = {
          redis: namespace.env['KITH_REDIS']!,
          keyPrefix: `${namespace.name}-fan-out`,
          ...options,
        };
        const { stdout } = await run(process.execPath, [fanOut, JSON.stringify(all)]);
        return JSON.parse(stdout) as FanOutResult;
      },
      async remove() {
        await namespace.remove();
        await set?.stop({ wipe: true });
      },
    };
  } catch (error) {
    await set?.stop({ wipe: true });
    throw error;
  }
}

const engineOptions = ({ name, env }: OwnNamespace, bytes: number, { size }: BenchWorld) => ({
  bytes,
  partitions: size.followsPerReader + 1,
  redis: env['KITH_REDIS']!,
  cassandra: env['KITH_CASSANDRA']!.split(','),
  datacenter: env['KITH_CASSANDRA_DATACENTER']!,
  keyspace: name,
});

async function measureRaw(options: RawEngineOptions, say: (line: string) => void): Promise<RawResult> {
  const { stdout } = await run(process.execPath, [raw, JSON.stringify(options)]);
  const result = JSON.parse(stdout) as RawResult;
  if (result.failed > 0)
    say(`  ${result.failed} of the baseline “${options.what}” were not answered in time`);
  return result;
}
