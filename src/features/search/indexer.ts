import type { Id } from '../../lib/ids.ts';
import type { LogEntry } from '../../ports/log/log.ts';
import type { SearchChange } from '../../ports/search/search.ts';
import { popularityOf } from '../../ports/search/text.ts';
import type { SearchDeps } from './context.ts';
import { postChanges, userChanges } from './documents.ts';

/** Documents read and applied at once: short transactions, and never much in memory. */
const documentsMax = 200;
/** What of an account decides nothing here. */
const needless = new Set<unknown>(['credentials', 'role', 'seen']);

/** Makes the index equal to the truth about everything the hints name; the position goes with the last of it. */
export async function indexHints(deps: SearchDeps, entries: readonly LogEntry[]): Promise<void> {
  const subjects = subjectsOf(entries);
  for (const authorId of subjects.authors) await indexAuthor(deps, authorId);
  await inSlices([...subjects.posts], async (ids) => {
    const posts = await deps.posts.getMany(ids);
    await deps.index.apply(
      await postChanges(
        deps,
        ids.map((id, i) => ({ id, post: posts[i] })),
      ),
    );
  });
  await inSlices([...subjects.users], async (ids) => {
    const accounts = await deps.accounts.getMany(ids);
    await deps.index.apply(
      await userChanges(
        deps,
        ids.map((id, i) => ({ id, account: accounts[i] })),
      ),
    );
  });
  await inSlices([...subjects.counted], async (ids) => {
    const counts = await deps.posts.counts(ids);
    const changes: SearchChange[] = ids.map((id, i) => ({
      op: 'popularity',
      id,
      popularity: popularityOf(counts[i]!),
    }));
    await deps.index.apply(changes);
  });
  const position = entries.at(-1)?.position;
  if (position !== undefined) await deps.index.apply([], position);
}

function subjectsOf(entries: readonly LogEntry[]) {
  const posts = new Set<Id>();
  const users = new Set<Id>();
  const counted = new Set<Id>();
  const authors = new Set<Id>();
  for (const { kind, data } of entries) {
    if (kind === 'post.changed') posts.add(String(data.postId));
    else if (kind === 'counts.changed') counted.add(String(data.postId));
    else if (kind === 'follow.changed') users.add(String(data.followeeId));
    else if (kind === 'account.changed' && !needless.has(data.what)) {
      users.add(String(data.userId));
      if (data.what === 'privacy' || data.what === 'state') authors.add(String(data.userId));
    }
  }
  for (const id of posts) counted.delete(id);
  return { posts, users, counted, authors };
}

/** All posts of one person, whose account decides who may see them. The index skips what has not changed. */
async function indexAuthor(deps: SearchDeps, authorId: Id): Promise<void> {
  let before: Id | undefined;
  for (;;) {
    const places = await deps.posts.listByAuthor(authorId, { before, limit: documentsMax });
    const posts = await deps.posts.getMany(places.map(({ postId }) => postId));
    const found = places.map(({ postId }, i) => ({ id: postId, post: posts[i] }));
    if (found.length > 0) await deps.index.apply(await postChanges(deps, found));
    if (places.length < documentsMax) return;
    before = places.at(-1)!.feedKey;
  }
}

async function inSlices(ids: readonly Id[], work: (slice: Id[]) => Promise<void>): Promise<void> {
  for (let i = 0; i < ids.length; i += documentsMax) await work(ids.slice(i, i + documentsMax));
}
