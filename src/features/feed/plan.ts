import type { Id } from '../../lib/ids.ts';
import type { AuthorSet, Timelines } from '../../ports/timelines/timelines.ts';
import type { ViewerGraph } from '../graph/index.ts';

/**
 * How one reader's feed is put together: whose posts come by the inbox and whose are pulled. Worked out from whom
 * the reader follows now and whom the inbox covers now, and thrown away when either changes; so a follow counts at
 * once, covered or not, and what an inbox holds of others is passed over.
 */
export interface Plan {
  viewer: ViewerGraph;
  /** Of the inbox's coverage; 0 where the inbox is left aside. */
  version: number;
  pulled: AuthorSet;
  /** All of them, pulled: for pages below the inbox's floor. */
  everybody: AuthorSet;
  covered: readonly Id[];
}

/** Whether this author's posts belong in the feed, as far as follows say. */
export function follows({ userId, following, muted, blocked }: ViewerGraph, authorId: Id): boolean {
  if (authorId === userId) return true;
  if (!following.has(authorId)) return false;
  return (muted.size === 0 || !muted.has(authorId)) && (blocked.size === 0 || !blocked.has(authorId));
}

/** Everybody whose posts the feed is made of, the reader too. */
export function authorsOf(viewer: ViewerGraph): Id[] {
  const authors = [viewer.userId];
  for (const id of viewer.following) if (id !== viewer.userId && follows(viewer, id)) authors.push(id);
  return authors;
}

export async function makePlan(timelines: Timelines, viewer: ViewerGraph): Promise<Plan> {
  const coverage = await timelines.coverage(viewer.userId);
  const authors = authorsOf(viewer);
  if (!coverage || coverage.floor === Number.POSITIVE_INFINITY) return pullAll(timelines, viewer, authors);
  const covered = authors.filter((id) => coverage.has(id));
  let everybody: AuthorSet | undefined;
  return {
    viewer,
    version: coverage.version,
    pulled: timelines.prepare(authors.filter((id) => !coverage.has(id))),
    get everybody() {
      everybody ??= timelines.prepare(authors);
      return everybody;
    },
    covered,
  };
}

export function pullAll(timelines: Timelines, viewer: ViewerGraph, authors = authorsOf(viewer)): Plan {
  const everybody = timelines.prepare(authors);
  return { viewer, version: 0, pulled: everybody, everybody, covered: [] };
}
