import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { RawCommitOptions } from '../baselines/raw-commit.ts';
import type { BenchContext } from '../context.ts';
import type { LoadResult } from '../load/plan.ts';
import { writeRequestFile } from '../load/request-file.ts';
import { figure, type Section } from '../report/figures.ts';
import { startKith } from '../servers/kith.ts';
import { readMetric } from '../servers/metrics.ts';
import { copyOfWorld, databaseOf } from '../world/open-world.ts';
import type { BenchWorld } from '../world/world.ts';
import { perSecondOf, sound } from './compare.ts';
import { postRequests } from './post-requests.ts';

/** Enough that groups fill while the disk is busy; each waits for its own acknowledgement. */
const connections = 256;
const requestCount = 5_000;
const rawCommit = fileURLToPath(new URL('../baselines/raw-commit.ts', import.meta.url));

/** Durable posts a second over HTTP against the same rows in SQLite alone. */
export async function benchPosting(context: BenchContext): Promise<Section> {
  const world = await context.world('small');
  const requestFile = join(context.workDir, 'posting.requests');
  writeRequestFile(requestFile, postRequests(world.writers, requestCount));
  const runs: LoadResult[] = [];
  const raw: number[] = [];
  const groups: number[] = [];
  for (let round = 0; round < context.rounds; round++) {
    // The baseline writes what Kith has just written, so here it always comes second.
    const { run, from, commitsPerGroup } = await overHttp(context, world, { requestFile, round });
    runs.push(run);
    groups.push(commitsPerGroup);
    const copy = copyOfWorld(world, join(context.workDir, `raw-${round}`));
    const { durationMs } = context;
    raw.push(
      await alone({ from, to: databaseOf(copy), commitsPerGroup: Math.round(commitsPerGroup), durationMs }),
    );
  }
  const latency = (which: 'p50' | 'p99') => runs.map(({ latencyMs }) => latencyMs[which]);
  return {
    name: 'posting',
    title: 'Durable posts',
    figures: [
      figure('acknowledged posts over HTTP', perSecondOf(runs), 'posts/s', {
        against: raw,
        target: '>= 6,000',
      }),
      figure('acknowledgement, p50', latency('p50'), 'ms'),
      figure('acknowledgement, p99', latency('p99'), 'ms'),
      figure('posts that share one sync', groups, 'posts'),
    ],
    notes: [
      `${connections} connections, each waits for its answer; the load generator runs on the same processors`,
      'baseline: the same rows into a copy of the same database by node:sqlite in one thread, groups of the same size, synchronous=FULL',
    ],
  };
}

async function overHttp(
  { generator, warmupMs, durationMs, workDir }: BenchContext,
  world: BenchWorld,
  { requestFile, round }: { requestFile: string; round: number },
) {
  const copy = copyOfWorld(world, join(workDir, `posting-${round}`));
  const kith = await startKith({ dataDir: copy.dataDir });
  try {
    const groupsBefore = await readMetric(kith.port, 'kith_commit_groups_total');
    const plan = { port: kith.port, connections, requestFile, warmupMs, durationMs };
    const run = sound(await generator.run(plan));
    const groups = (await readMetric(kith.port, 'kith_commit_groups_total')) - groupsBefore;
    // Warm-up posts are in the groups but not in the figure.
    const posts = run.perSecond * ((warmupMs + durationMs) / 1000);
    return { run, from: databaseOf(copy), commitsPerGroup: groups > 0 ? posts / groups : connections / 2 };
  } finally {
    await kith.stop();
  }
}

async function alone(options: RawCommitOptions): Promise<number> {
  const { stdout } = await promisify(execFile)(process.execPath, [rawCommit, JSON.stringify(options)]);
  return (JSON.parse(stdout) as { perSecond: number }).perSecond;
}
