import { join } from 'node:path';
import type { BenchContext } from '../context.ts';
import type { LoadResult } from '../load/plan.ts';
import { requestBytes, writeRequestFile } from '../load/request-file.ts';
import { type Figure, figure, median, type Section } from '../report/figures.ts';
import { alternate } from '../report/rounds.ts';
import type { RunningServer } from '../servers/child.ts';
import { startKith } from '../servers/kith.ts';
import type { BenchWorld, Member } from '../world/world.ts';
import {
  type Compared,
  comparePages,
  openLoop,
  type PageRequest,
  perSecondOf,
  processorFigure,
  sound,
} from './compare.ts';

const deepPage = 50;
const deepReadersMax = 20;
const loadShare = 0.8;

export const feedPage = ({ userId, token }: Member, cursor?: string): PageRequest => ({
  path: `/v1/feeds/${userId}${cursor === undefined ? '' : `?cursor=${encodeURIComponent(cursor)}`}`,
  token,
});

/** The feed page against bare `node:http`, in its several states. */
export async function benchFeed(context: BenchContext): Promise<Section> {
  const small = await context.world('small');
  const large = await context.world('large');
  const notes = [
    `20 posts a page, ${context.connections} connections; bare: node:http sending the same bytes and headers`,
    `worlds of ${small.size.users} and ${large.size.users} users; each reader follows ${large.size.followsPerReader}`,
  ];
  const figures: Figure[] = [];

  const inLarge = await withKith(large.dataDir, async (kith) => {
    const warm = await comparePages(context, kith, {
      name: 'warm',
      requests: large.warmReaders.map((m) => feedPage(m)),
    });
    figures.push(throughput('warm', warm, '>= 0.6, aiming at 0.75'));
    figures.push(processorFigure('warm', warm));
    notes.push(`a warm page has ${Math.round(warm.pageBytes)} bytes`);
    figures.push(...(await underLoad(context, kith, warm)));
    await warm.bareServer.stop();

    figures.push(await compared(context, kith, `deep (page ${deepPage})`, await deepPages(kith, large)));
    if (large.shapes) {
      const { puller, popular } = large.shapes;
      figures.push(await compared(context, kith, `${popular.length} popular authors`, [feedPage(puller)]));
    }
    return perSecondOf(warm.kith);
  });
  figures.push(await coldPages(context, large));
  figures.push(await flatness(context, small, inLarge));
  return { name: 'feed', title: 'Feed page', figures, notes };
}

async function withKith<Result>(
  dataDir: string,
  use: (kith: RunningServer) => Promise<Result>,
): Promise<Result> {
  const kith = await startKith({ dataDir });
  try {
    return await use(kith);
  } finally {
    await kith.stop();
  }
}

const throughput = (name: string, { kith, bare }: Compared, target?: string) =>
  figure(name, perSecondOf(kith), 'pages/s', {
    against: perSecondOf(bare),
    ...(target === undefined ? {} : { target }),
  });

async function compared(context: BenchContext, kith: RunningServer, name: string, requests: PageRequest[]) {
  const pages = await comparePages(context, kith, { name: name.replace(/\W+/g, '-'), requests });
  await pages.bareServer.stop();
  return throughput(name, pages);
}

/** Latency at a share of the highest rate each side reached just now, in an open loop. */
async function underLoad(context: BenchContext, kith: RunningServer, warm: Compared): Promise<Figure[]> {
  const { requestFile, bareServer } = warm;
  const at = (server: RunningServer, runs: LoadResult[]) => () =>
    openLoop(context, server.port, { requestFile, ratePerSecond: loadShare * median(perSecondOf(runs)) });
  const runs = await alternate(context.rounds, {
    kith: at(kith, warm.kith),
    bare: at(bareServer, warm.bare),
  });
  const latency = (which: 'p50' | 'p99') =>
    figure(
      `warm, ${which} at ${loadShare * 100}% of its maximum`,
      runs.kith.map(({ latencyMs }) => latencyMs[which]),
      'ms',
      { against: runs.bare.map(({ latencyMs }) => latencyMs[which]) },
    );
  return [latency('p50'), latency('p99')];
}

/** Follows cursors as a reader would, to ask for a page far down. */
export async function deepPages(kith: RunningServer, world: BenchWorld): Promise<PageRequest[]> {
  const requests: PageRequest[] = [];
  for (const member of world.warmReaders.slice(0, deepReadersMax)) {
    let request = feedPage(member);
    for (let page = 1; page < deepPage; page++) {
      const response = await fetch(`http://127.0.0.1:${kith.port}${request.path}`, {
        headers: { authorization: `Bearer ${member.token}` },
      });
      const { nextCursor } = (await response.json()) as { nextCursor: string | null };
      if (nextCursor === null) throw new Error(`a feed of only ${page} pages`);
      request = feedPage(member, nextCursor);
    }
    requests.push(request);
  }
  return requests;
}

/** Every reader's first page after a start, each asked for once; a fresh start each round. */
async function coldPages(context: BenchContext, world: BenchWorld): Promise<Figure> {
  const { generator, connections, rounds, workDir } = context;
  const requestFile = join(workDir, 'cold.requests');
  writeRequestFile(
    requestFile,
    world.coldReaders.map((member) => requestBytes(feedPage(member))),
  );
  const perSecond: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const run = await withKith(world.dataDir, ({ port }) =>
      generator.run({
        port,
        connections,
        requestFile,
        warmupMs: 0,
        durationMs: 60_000,
        requestsMax: world.coldReaders.length,
      }),
    );
    perSecond.push(sound(run).perSecond);
  }
  return figure('cold (first page after a start)', perSecond, 'pages/s');
}

/** The warm page in the small world against the large one. */
async function flatness(context: BenchContext, small: BenchWorld, inLarge: number[]): Promise<Figure> {
  return withKith(small.dataDir, async (kith) => {
    const requests = small.warmReaders.map((member) => feedPage(member));
    const pages = await comparePages(context, kith, { name: 'warm-small', requests });
    await pages.bareServer.stop();
    return figure(`warm, large world against ${small.size.users} users`, inLarge, 'pages/s', {
      against: perSecondOf(pages.kith),
      target: 'flat: about 1',
    });
  });
}
