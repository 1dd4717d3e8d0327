import type { Id } from '../../lib/ids.ts';
import { type Coverage, TimelinesUnavailable } from '../../ports/timelines/timelines.ts';
import type { ViewerGraph } from '../graph/index.ts';
import type { FeedContext } from './context.ts';
import { wantsInbox } from './note-read.ts';
import { authorsOf, follows } from './plan.ts';
import type { Reader } from './readers.ts';
import { Walk } from './walk.ts';

const attemptsMax = 3;

/**
 * Makes a reader's inbox equal to what it should be: there or not, covering everybody followed who is not popular,
 * and nobody else. Safe to run at any time, and again; what is not covered is pulled meanwhile.
 */
export async function fitInbox(context: FeedContext, readerId: Id): Promise<void> {
  try {
    await fit(context, readerId);
  } catch (error) {
    // Without the timelines there are no inboxes to fit; the reader's next read asks again.
    if (!(error instanceof TimelinesUnavailable)) throw error;
  }
}

async function fit(context: FeedContext, readerId: Id): Promise<void> {
  const { timelines, graph, readers } = context;
  const reader = readers.get(readerId);
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    const viewer = await graph.viewer(readerId);
    const coverage = await timelines.coverage(readerId);
    const load = { hasInbox: coverage !== undefined, authors: viewer.following.size };
    if (!wantsInbox(context, reader, load)) return context.isShared ? undefined : timelines.drop(readerId);
    const surplus = coverage?.authors().filter((id) => !follows(viewer, id)) ?? [];
    if (surplus.length > 0) await timelines.uncover(readerId, surplus);
    const authors = authorsOf(viewer).filter((id) => id !== readerId && !coverage?.has(id));
    const popular = await timelines.popularAmong(authors);
    const missing = authors.filter((id) => !popular.has(id));
    if (missing.length === 0) return settle(reader, viewer, coverage);
    const isCovered = await coverAuthors(context, readerId, missing);
    reader.plan = undefined;
    if (isCovered) return;
  }
}

/** A plan that leaves the inbox aside is never found out of date by reading, so it is put right here. */
function settle(reader: Reader, viewer: ViewerGraph, coverage: Coverage | undefined): void {
  const isInUse = coverage !== undefined && coverage.floor !== Number.POSITIVE_INFINITY;
  if (reader.plan?.viewer !== viewer || reader.plan.version !== (isInUse ? coverage.version : 0))
    reader.plan = undefined;
  else reader.settled = true;
}

/**
 * Joins first, so that whatever is published from then on is delivered; then reads what there was, from heads and
 * the truth; then counts the authors as covered. A new inbox is filled with as much as it holds, one in use with
 * what lies above its floor. False if somebody left meanwhile.
 */
export async function coverAuthors(
  context: FeedContext,
  readerId: Id,
  authors: readonly Id[],
): Promise<boolean> {
  const { timelines, ringMax } = context;
  const { term, floor } = await timelines.join(readerId, authors);
  const bound = floor === Number.POSITIVE_INFINITY ? 0 : floor;
  const walk = new Walk(context, { before: Number.POSITIVE_INFINITY, bound });
  walk.addAuthors(authors);
  const found = await walk.take(ringMax);
  const slots = new Map(authors.map((id, i) => [id, i]));
  return timelines.cover(readerId, {
    term,
    authors,
    keys: found.keys,
    authorOf: found.authors.map((id) => slots.get(id)!),
    from: found.keys.length < ringMax ? bound : found.keys.at(-1)!,
  });
}
