import { join } from 'node:path';
import type { BenchContext } from '../context.ts';
import type { LoadResult } from '../load/plan.ts';
import { requestBytes, writeRequestFile } from '../load/request-file.ts';
import { type Figure, figure, type Section } from '../report/figures.ts';
import { alternate } from '../report/rounds.ts';
import type { RunningServer } from '../servers/child.ts';
import { type BenchCluster, openCluster } from '../servers/cluster.ts';
import type { BenchWorld } from '../world/world.ts';
import { benchGrowth } from './cluster-growth.ts';
import { closedLoop, comparePages, perSecondOf, processorFigure, sound } from './compare.ts';
import { feedPage } from './feed.ts';
import { postRequests } from './post-requests.ts';

const workers = 'feed-generator,search-indexer,notifier';
/** What a post's row takes, about; and what is read of Redis for one page. */
const rowBytes = 600;
const postingConnections = 16;
const postRequestCount = 2_000;
const postsPerSecond = 20;
const streamsMax = 50;
const coldConnections = 4;

/** The profile `cluster` on real engines: one process that answers, one that works, on the machine of the engines. */
export async function benchCluster(context: BenchContext): Promise<Section> {
  const world = await context.world('cluster');
  const cluster = await openCluster(world, { bytes: rowBytes, say: context.say });
  try {
    const worker = await cluster.start(workers);
    try {
      return await measure(context, world, cluster);
    } finally {
      await worker.stop();
    }
  } finally {
    await cluster.remove();
  }
}

async function measure(context: BenchContext, world: BenchWorld, cluster: BenchCluster): Promise<Section> {
  const figures: Figure[] = [];
  context.say('  cold pages');
  const cold = await coldPages(context, world, cluster);
  const posts = join(context.workDir, 'cluster-posts.requests');
  writeRequestFile(posts, postRequests(world.writers, postRequestCount));
  const api = await cluster.start('api');
  try {
    context.say('  warm pages');
    const warm = await warmPages(context, world, { cluster, api });
    figures.push(...warm.figures, cold);
    context.say('  posts');
    figures.push(...(await posting(context, posts, { cluster, api })));
    context.say('  events');
    figures.push(...(await delivery(context, world, { api, posts })));
    context.say('  one process and two');
    figures.push(...(await benchGrowth(context, cluster, { api, pages: warm.requestFile, posts })));
  } finally {
    await api.stop();
  }
  return {
    name: 'cluster',
    title: 'Profile cluster',
    figures,
    notes: [
      `${cluster.source}; engines, baselines and load share the processors, so read the ratios`,
      `a world of ${world.size.users} users and ${world.posts} posts; each reader follows ${world.size.followsPerReader}; 20 posts a page`,
      'a wave: the newest 25 rows of as many partitions as a reader follows, side by side, by the bare driver',
    ],
  };
}

type Timed = Pick<LoadResult, 'perSecond' | 'latencyMs'>;

interface Sides {
  cluster: BenchCluster;
  api: RunningServer;
}

/** Pages from Redis and memory, against bare `node:http` and against what Redis answers at all. */
async function warmPages(
  context: BenchContext,
  world: BenchWorld,
  { cluster, api }: Sides,
): Promise<{ figures: Figure[]; requestFile: string }> {
  const requests = world.warmReaders.map((member) => feedPage(member));
  const pages = await comparePages(context, api, { name: 'cluster-warm', requests });
  const { requestFile } = pages;
  await pages.bareServer.stop();
  const one = { ...context, connections: 1 };
  const { warmupMs, durationMs, connections, rounds } = context;
  const { many, alone, alonePage } = await alternate<'many' | 'alone' | 'alonePage', Timed>(rounds, {
    many: () => cluster.baseline({ what: 'redis', atOnce: connections, warmupMs, durationMs }),
    alone: () => cluster.baseline({ what: 'redis', atOnce: 1, warmupMs, durationMs }),
    alonePage: () => closedLoop(one, api, requestFile),
  });
  const p50 = (runs: readonly Timed[]) => runs.map(({ latencyMs }) => latencyMs.p50);
  const figures = [
    figure('warm page', perSecondOf(pages.kith), 'pages/s', { against: perSecondOf(pages.bare) }),
    processorFigure('warm page', pages),
    figure('warm page, against single reads of Redis', perSecondOf(pages.kith), 'pages/s', {
      against: many.map(({ perSecond }) => perSecond),
    }),
    figure('warm page alone, p50, against one round trip to Redis', p50(alonePage), 'ms', {
      against: p50(alone),
    }),
  ];
  return { figures, requestFile };
}

/** Every reader's first page on a process and a Redis that know nothing, against a bare wave of reads. */
async function coldPages(context: BenchContext, world: BenchWorld, cluster: BenchCluster): Promise<Figure> {
  const { generator, rounds, workDir, durationMs, warmupMs } = context;
  const requestFile = join(workDir, 'cluster-cold.requests');
  writeRequestFile(
    requestFile,
    world.coldReaders.map((member) => requestBytes(feedPage(member))),
  );
  const { kith, bare } = await alternate(rounds, {
    kith: async () => {
      await cluster.forgetDerived();
      const api = await cluster.start('api');
      try {
        const requestsMax = world.coldReaders.length;
        const plan = { port: api.port, connections: coldConnections, requestFile, requestsMax };
        return sound(await generator.run({ ...plan, warmupMs: 0, durationMs: 60_000 })).perSecond;
      } finally {
        await api.stop();
      }
    },
    bare: async () =>
      (await cluster.baseline({ what: 'wave', atOnce: coldConnections, warmupMs, durationMs })).perSecond,
  });
  return figure('cold page, against one bare wave of reads', kith, 'pages/s', { against: bare });
}

/** Acknowledged posts, against single rows written plainly and conditionally. */
async function posting(
  context: BenchContext,
  requestFile: string,
  { cluster, api }: Sides,
): Promise<Figure[]> {
  const { warmupMs, durationMs, rounds } = context;
  const raw = (what: 'write' | 'decide') => () =>
    cluster.baseline({ what, atOnce: postingConnections, warmupMs, durationMs });
  const { posts, write, decide } = await alternate<'posts' | 'write' | 'decide', Timed>(rounds, {
    posts: () => closedLoop({ ...context, connections: postingConnections }, api, requestFile),
    write: raw('write'),
    decide: raw('decide'),
  });
  const perSecond = (runs: readonly { perSecond: number }[]) => runs.map((each) => each.perSecond);
  const p99 = (runs: readonly Timed[]) => runs.map(({ latencyMs }) => latencyMs.p99);
  return [
    figure('posts, against one row at LOCAL_QUORUM', perSecond(posts), 'posts/s', {
      against: perSecond(write),
    }),
    figure('posts, against one conditional row', perSecond(posts), 'posts/s', { against: perSecond(decide) }),
    figure('acknowledgement, p99, against a conditional row', p99(posts), 'ms', { against: p99(decide) }),
  ];
}

/** From a post's acknowledgement to its event in followers' open streams. */
async function delivery(
  context: BenchContext,
  world: BenchWorld,
  { api: { port }, posts: requestFile }: { api: RunningServer; posts: string },
): Promise<Figure[]> {
  const { generator, rounds, durationMs, connections } = context;
  const tokens = world.warmReaders.slice(0, streamsMax).map(({ token }) => token);
  const delays: LoadResult['latencyMs'][] = [];
  for (let round = 0; round < rounds; round++) {
    const plan = { port, tokens, connections, requestFile, ratePerSecond: postsPerSecond, durationMs };
    const run = await generator.deliver(plan);
    if (run.refused > 0 || run.events === 0)
      throw new Error(`posts were refused or no event came: ${JSON.stringify(run)}`);
    delays.push(run.delayMs);
  }
  return (['p50', 'p99'] as const).map((which) =>
    figure(
      `event in a follower’s stream, ${which}`,
      delays.map((delay) => delay[which]),
      'ms after acknowledgement',
    ),
  );
}
