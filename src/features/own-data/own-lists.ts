/** What of a person is listed in an export: each list is read a page at a time, as it is sent. */
import type { Id } from '../../lib/ids.ts';
import type { Principal } from '../../lib/principal.ts';
import type { Account } from '../accounts/index.ts';
import { commentsByUser } from '../comments/index.ts';
import type { Post } from '../posts/index.ts';
import { reactionsByUser } from '../reactions/index.ts';
import type { OwnDataDeps } from './export-own-data.ts';

type List = () => AsyncGenerator<unknown>;

const pageSize = 100;
const revisionsPageSize = 100;
const isoTime = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString());

/** By the name of the file. */
export function listsOf(
  deps: OwnDataDeps,
  principal: Principal,
  account: Account,
  mediaPath: (id: Id) => string | undefined,
): Record<string, List> {
  const { accounts, graph, notifications } = deps;
  const people = (read: (page: { before: string | undefined; limit: number }) => Promise<PeoplePage>): List =>
    async function* () {
      for await (const { id, username, displayName } of paged((before) => read({ before, limit: pageSize })))
        yield { id, username, displayName };
    };
  return {
    posts: () => postsOf(deps, principal, mediaPath),
    comments: () => commentsOf(deps, principal.userId),
    reactions: () => reactionsOf(deps, principal.userId),
    following: people((page) => graph.listFollowing(principal, account, page)),
    followers: people((page) => graph.listFollowers(principal, account, page)),
    'follow-requests': people((page) => graph.listRequests(principal, page)),
    blocked: people((page) => graph.listBlocked(principal, page)),
    muted: people((page) => graph.listMuted(principal, page)),
    async *'follow-history'() {
      for await (const { atMs, ...each } of paged((before) =>
        graph.listFollowHistory(principal, { before, limit: pageSize }),
      ))
        yield { ...each, at: isoTime(atMs) };
    },
    async *notifications() {
      for await (const { createdAtMs, updatedAtMs, ...view } of cursored((cursor) =>
        notifications.list(principal, { limit: pageSize, cursor }),
      ))
        yield { ...view, createdAt: isoTime(createdAtMs), updatedAt: isoTime(updatedAtMs) };
    },
    async *'account-history'() {
      for await (const { atMs, ...each } of paged((before) =>
        accounts.listHistory(principal.userId, { before, limit: pageSize }),
      ))
        yield { ...each, at: isoTime(atMs) };
    },
    async *sessions() {
      for (const { id, device, createdAtMs, lastSeenAtMs } of await accounts.listSessions(principal))
        yield { id, device, createdAt: isoTime(createdAtMs), lastSeenAt: isoTime(lastSeenAtMs) };
    },
    async *'app-passwords'() {
      for (const { id, name, createdAtMs, lastUsedAtMs } of await accounts.listAppPasswords(principal))
        yield { id, name, createdAt: isoTime(createdAtMs), lastUsedAt: isoTime(lastUsedAtMs) };
    },
  };
}

interface PeoplePage {
  items: Account[];
  next: string | undefined;
}

async function* paged<Item>(
  read: (before: string | undefined) => Promise<{ items: Item[]; next: string | undefined }>,
): AsyncGenerator<Item> {
  let before: string | undefined;
  do {
    const page = await read(before);
    yield* page.items;
    before = page.next;
  } while (before !== undefined);
}

async function* cursored<Item>(
  read: (cursor: string | undefined) => Promise<{ items: Item[]; nextCursor: string | null }>,
): AsyncGenerator<Item> {
  let cursor: string | undefined;
  do {
    const page = await read(cursor);
    yield* page.items;
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
}

/** Newest first, those that wait for their media before all others. */
async function* postsOf(
  deps: OwnDataDeps,
  principal: Principal,
  mediaPath: (id: Id) => string | undefined,
): AsyncGenerator<unknown> {
  const { posts } = deps;
  const written = async (post: Post, likes: number, comments: number) => ({
    id: post.id,
    title: post.title,
    text: post.text,
    description: post.description,
    hashtags: post.hashtags,
    media: post.mediaIds.map((id) => mediaPath(id) ?? id),
    visibility: post.visibility,
    state: post.state,
    createdAt: isoTime(post.createdAtMs),
    publishedAt: isoTime(post.publishedAtMs),
    editedAt: isoTime(post.editedAtMs),
    counts: { likes, comments },
    revisions: post.editedAtMs === null ? [] : await revisionsOf(deps, principal, post.id),
  });
  for await (const post of cursored((cursor) => posts.pending(principal, { limit: pageSize, cursor })))
    yield written(post, 0, 0);
  let cursor: string | undefined;
  do {
    const page = await posts.list(principal, principal.userId, { limit: pageSize, cursor });
    const ids = page.items.map(({ id }) => id);
    const [rows, counts] = await Promise.all([posts.getMany(ids), posts.counts(ids)]);
    for (const [i, post] of rows.entries())
      if (post && post.deletedAtMs === null) yield written(post, counts[i]!.likes, counts[i]!.comments);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
}

async function revisionsOf({ posts }: OwnDataDeps, principal: Principal, id: Id): Promise<unknown[]> {
  try {
    const { items } = await posts.revisions(principal, id, { limit: revisionsPageSize });
    return items.map(({ writtenAtMs, ...each }) => ({ ...each, writtenAt: isoTime(writtenAtMs) }));
  } catch {
    // The post was deleted while it was read.
    return [];
  }
}

async function* commentsOf({ records, comments }: OwnDataDeps, userId: Id): AsyncGenerator<unknown> {
  let before: string | undefined;
  do {
    const rows = await records.list(commentsByUser, [userId], { reverse: true, before, limit: pageSize });
    const found = await comments.byIds(rows.map(({ key }) => key[1]!));
    for (const comment of found) {
      if (!comment || comment.deletedAtMs !== null) continue;
      const { id, postId, parentId, text, createdAtMs, editedAtMs } = comment;
      yield {
        id,
        postId,
        parentId,
        comment: text,
        createdAt: isoTime(createdAtMs),
        editedAt: isoTime(editedAtMs),
      };
    }
    before = rows.length === pageSize ? rows.at(-1)!.key[1] : undefined;
  } while (before !== undefined);
}

async function* reactionsOf({ records }: OwnDataDeps, userId: Id): AsyncGenerator<unknown> {
  let before: string | undefined;
  do {
    const rows = await records.list(reactionsByUser, [userId], { reverse: true, before, limit: pageSize });
    for (const { key, value } of rows) yield { postId: key[1]!, reaction: value.kind };
    before = rows.length === pageSize ? rows.at(-1)!.key[1] : undefined;
  } while (before !== undefined);
}
