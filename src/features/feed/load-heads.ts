import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Id, idToNumber } from '../../lib/ids.ts';
import type { HeadFill } from '../../ports/timelines/timelines.ts';
import type { FeedContext } from './context.ts';
import { waveMax } from './feed.ts';

/** What reading heads and the truth needs. */
export type SourceDeps = Pick<FeedContext, 'timelines' | 'posts' | 'ringMax'>;

/** A stretch of an author's list as the truth has it: everything from `floor` up to where it was asked. */
export interface Stretch {
  keys: number[];
  floor: number;
}

export interface StretchRequest {
  authorId: Id;
  before: Id | undefined;
  limit: number;
}

const keysPerWave = 1280;
const prefetchMax = 64;
const prefetchMin = 4;

/**
 * How many keys of each to read ahead when so many authors are read at once: a wave stays of one size, and no head
 * is filled by half with what may never be read.
 */
export function prefetch(authors: number, ringMax: number): number {
  const share = Math.ceil(keysPerWave / Math.max(1, authors));
  return Math.max(prefetchMin, Math.min(prefetchMax, ringMax >> 1, share));
}

/** Reads many authors' lists side by side, a bounded number at once; between waves others get a turn. */
export async function readStretches(
  { posts }: Pick<FeedContext, 'posts'>,
  requests: readonly StretchRequest[],
): Promise<Stretch[]> {
  const stretches: Stretch[] = [];
  for (let at = 0; at < requests.length; at += waveMax) {
    const wave = requests.slice(at, at + waveMax);
    for (const [i, ids] of (await posts.feedKeysByAuthors(wave)).entries()) {
      const keys = ids.map(idToNumber);
      stretches.push({ keys, floor: keys.length < wave[i]!.limit ? 0 : keys.at(-1)! });
    }
    if (at + waveMax < requests.length) await nextTurn();
  }
  return stretches;
}

/** Opens the authors' heads and fills them from the truth: opened first, so that nothing falls between. */
export async function loadHeads(deps: SourceDeps, authors: readonly Id[]): Promise<void> {
  const states = await deps.timelines.openHeads(authors);
  const limit = prefetch(authors.length, deps.ringMax);
  const stretches = await readStretches(
    deps,
    authors.map((authorId) => ({ authorId, before: undefined, limit })),
  );
  const fills = stretches.map(
    ({ keys, floor }, i): HeadFill => ({
      authorId: authors[i]!,
      term: states[i]!.term,
      keys,
      from: floor,
      below: Number.POSITIVE_INFINITY,
    }),
  );
  await deps.timelines.fillHeads(fills);
}
