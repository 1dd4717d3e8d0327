import { join } from 'node:path';
import type { BenchContext } from '../context.ts';
import type { LoadResult } from '../load/plan.ts';
import { type RequestParts, requestBytes, writeRequestFile } from '../load/request-file.ts';
import { type Figure, figure, type Section } from '../report/figures.ts';
import { startKith } from '../servers/kith.ts';
import { copyOfWorld } from '../world/open-world.ts';
import type { BenchWorld } from '../world/world.ts';
import { sound } from './compare.ts';
import { deepPages, feedPage } from './feed.ts';
import { postRequests } from './post-requests.ts';

/** Hard shapes, each timed alone on one connection, as a multiple of the usual warm page or the usual post. */
export async function benchShapes(context: BenchContext): Promise<Section> {
  const built = await context.world('large');
  if (!built.shapes) throw new Error('this world has no shapes');
  const world = copyOfWorld(built, join(context.workDir, 'shapes'));
  const { star, eager, puller, busyPostId } = built.shapes;
  const { starFollowers, eagerFollows, comments, popularAuthors } = built.size.shapes!;
  const figures: Figure[] = [];
  const eagerCold = await coldLatencies(context, world);

  const kith = await startKith({ dataDir: world.dataDir });
  try {
    const time = async (name: string, requests: Buffer[], requestsMax?: number) =>
      alone(context, kith.port, { name, requests, ...(requestsMax === undefined ? {} : { requestsMax }) });
    const pages = (...parts: RequestParts[]) => parts.map(requestBytes);
    const usual = await time('usual', pages(...world.warmReaders.map((member) => feedPage(member))));
    const usualPost = await time('usual-post', postRequests(world.writers, 200), 300);
    const multiple = (name: string, run: LoadResult, of = usual) =>
      figures.push(
        figure(name, [run.latencyMs.p50], 'ms', { against: [of.latencyMs.p50] }),
        figure(`${name}, p99`, [run.latencyMs.p99], 'ms', { against: [of.latencyMs.p99] }),
      );
    multiple('the usual warm page', usual);
    figures.push(
      figure(`reader of ${eagerFollows} authors, first page after a start`, eagerCold, 'ms', {
        against: eagerCold.map(() => usual.latencyMs.p50),
      }),
    );
    multiple(`reader of ${eagerFollows} authors, warm`, await time('eager', pages(feedPage(eager))));
    multiple(`reader of ${popularAuthors} popular authors`, await time('puller', pages(feedPage(puller))));
    multiple('page 50 of a feed', await time('deep', pages(...(await deepPages(kith, world)))));
    const followers = { path: `/v1/users/${star.userId}/followers`, token: star.token };
    multiple(`followers of one with ${starFollowers}`, await time('followers', pages(followers)));
    const thread = { path: `/v1/posts/${busyPostId}/comments`, token: eager.token };
    multiple(`comments of a post with ${comments}`, await time('comments', pages(thread)));
    multiple('the usual post', usualPost, usualPost);
    multiple(
      `post by one with ${starFollowers} followers`,
      await time('star', postRequests([star], 200), 300),
      usualPost,
    );
    multiple(
      'the usual page right after',
      await time('after', pages(...world.warmReaders.map((m) => feedPage(m)))),
    );
  } finally {
    await kith.stop();
  }
  const notes = [
    'one connection, one request at a time: the time is the whole round trip; baseline: the usual page (or post)',
  ];
  return { name: 'shapes', title: 'Hard shapes', figures, notes };
}

interface Alone {
  name: string;
  requests: Buffer[];
  requestsMax?: number;
}

async function alone(
  context: BenchContext,
  port: number,
  { name, requests, requestsMax }: Alone,
): Promise<LoadResult> {
  const { generator, workDir, warmupMs, durationMs } = context;
  const requestFile = join(workDir, `shape-${name}.requests`);
  writeRequestFile(requestFile, requests);
  const plan = { port, connections: 1, requestFile, warmupMs, durationMs };
  return sound(await generator.run(requestsMax === undefined ? plan : { ...plan, warmupMs: 0, requestsMax }));
}

/** The eager reader's very first page, a fresh start each round. */
async function coldLatencies(context: BenchContext, world: BenchWorld): Promise<number[]> {
  const latencies: number[] = [];
  for (let round = 0; round < context.rounds; round++) {
    const kith = await startKith({ dataDir: world.dataDir });
    try {
      const requests = [requestBytes(feedPage(world.shapes!.eager))];
      const run = await alone(context, kith.port, { name: 'eager-cold', requests, requestsMax: 1 });
      latencies.push(run.latencyMs.max);
    } finally {
      await kith.stop();
    }
  }
  return latencies;
}
