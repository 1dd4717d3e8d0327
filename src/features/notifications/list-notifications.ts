import { decodeCursor, encodeCursor } from '../../lib/cursors.ts';
import { fillPage } from '../../lib/filtered-page.ts';
import { type Id, isId } from '../../lib/ids.ts';
import type { Principal } from '../../lib/principal.ts';
import { invalid } from '../../lib/refusal.ts';
import { getManyMax, type Row } from '../../ports/records/records.ts';
import { type ShortUser, shortUser } from '../accounts/index.ts';
import type { ViewerGraph } from '../graph/index.ts';
import { changeList } from './change-list.ts';
import {
  actorsShownMax,
  type Entry,
  excerptCharactersMax,
  type Group,
  type NotificationKind,
} from './notification.ts';
import type { NotifierDeps } from './notifier.ts';
import { excerpt, sentence } from './sentence.ts';
import type { CommentFacts, SharedFile } from './sources.ts';
import { groupRowKey, newState, notifications, type Place, type ReaderState, stateKey } from './tables.ts';

export interface NotificationView {
  /** Where it stands in the list: a group that grows gets a new one. */
  id: Id;
  kind: NotificationKind;
  actors: ShortUser[];
  actorCount: number;
  post: { id: Id; excerpt: string } | null;
  comment: { id: Id; excerpt: string } | null;
  file: { id: Id; name: string; kind: 'file' | 'folder' } | null;
  text: string;
  createdAtMs: number;
  updatedAtMs: number;
  read: boolean;
}

export interface NotificationPage {
  items: NotificationView[];
  nextCursor: string | null;
  unread: number;
}

const cursorKind = 'notifications';

export async function readState(deps: Pick<NotifierDeps, 'records'>, readerId: Id): Promise<ReaderState> {
  const row = await deps.records.get(notifications, stateKey(readerId));
  return (row?.value as ReaderState | undefined) ?? newState;
}

/** Newest first, read past what is hidden; what nobody is left in is taken out on the way, so that `unread` agrees. */
export async function listNotifications(
  deps: NotifierDeps,
  principal: Principal,
  { limit, cursor }: { limit: number; cursor?: string | undefined },
): Promise<NotificationPage> {
  const readerId = principal.userId;
  const [before] = decodeCursor(cursorKind, cursor, 1) ?? [];
  if (before !== undefined && !isId(before)) throw invalid('cursor', 'This cursor is not from this list.');
  const [state, viewer] = await Promise.all([readState(deps, readerId), deps.sources.graph.viewer(readerId)]);
  const hidden: SeenGroup[] = [];
  const page = await fillPage<Row<object>, NotificationView>({
    limit,
    from: before,
    read: (from, count) =>
      deps.records.list(notifications, [readerId, 'place'], { before: from, reverse: true, limit: count }),
    show: async (rows) => {
      const seen = await groupsAt(deps, readerId, rows);
      const views = await show(deps, viewer, state, seen);
      for (const [i, view] of views.entries()) if (!view && seen[i]) hidden.push(seen[i]);
      return views;
    },
    keyOf: (row) => row.key[2]!,
  });
  const unread = hidden.length > 0 ? await dropHidden(deps, readerId, hidden, state) : state.unread;
  return {
    items: page.items,
    nextCursor: page.next === null ? null : encodeCursor(cursorKind, [page.next]),
    unread,
  };
}

interface SeenGroup {
  groupId: Id;
  group: Group;
}

async function groupsAt(
  deps: NotifierDeps,
  readerId: Id,
  rows: readonly Row<object>[],
): Promise<(SeenGroup | undefined)[]> {
  if (rows.length === 0) return [];
  const ids = rows.map(({ value }) => (value as Place).groupId);
  const groups = await deps.records.getMany(
    notifications,
    ids.map((id) => groupRowKey(readerId, id)),
  );
  return rows.map(({ key }, i) => {
    const group = groups[i]?.value as Group | undefined;
    // One that has moved up meanwhile is met, or was, at its new place.
    return group?.position === key[2] ? { groupId: ids[i]!, group: group! } : undefined;
  });
}

/** Groups taken out on one request. */
const droppedMax = 50;

async function dropHidden(deps: NotifierDeps, readerId: Id, hidden: SeenGroup[], state: ReaderState) {
  try {
    await changeList(
      deps,
      readerId,
      hidden
        .slice(0, droppedMax)
        .map(({ groupId, group }) => ({ what: 'drop-seen', groupId, position: group.position })),
    );
    return (await readState(deps, readerId)).unread;
  } catch {
    // The list is right without it; the next reading tries again.
    return state.unread;
  }
}

/** Each group as this reader may see it now, undefined where nothing of it is left. */
async function show(
  { sources }: NotifierDeps,
  viewer: ViewerGraph,
  state: ReaderState,
  seen: readonly (SeenGroup | undefined)[],
): Promise<(NotificationView | undefined)[]> {
  const groups = seen.flatMap((each) => (each ? [each.group] : []));
  const posts = await visiblePosts(sources, viewer, unique(groups.map(({ postId }) => postId)));
  const commentIds = groups.flatMap(({ entries }) => entries.map(({ commentId }) => commentId));
  const comments = await byId(unique(commentIds), (ids) => sources.commentsById(ids));
  const actorIds = unique(groups.flatMap(({ entries }) => entries.map(({ actorId }) => actorId)));
  const accounts = await byId(actorIds, (ids) => sources.accounts.getMany(ids));
  const files = await sharedFiles(sources, viewer.userId, groups);
  return seen.map((each) => {
    if (!each) return undefined;
    const { group } = each;
    const file = group.kind === 'file-share' ? files.get(group.subject) : null;
    if (file === undefined) return undefined;
    const post = group.postId === null ? null : posts.get(group.postId);
    if (post === undefined) return undefined;
    const entries = group.entries.filter(
      ({ actorId, commentId }) =>
        accounts.get(actorId)?.state === 'active' &&
        !viewer.blocked.has(actorId) &&
        !viewer.muted.has(actorId) &&
        (commentId === null || isShown(comments.get(commentId))),
    );
    const newest = entries.at(-1);
    if (!newest) return undefined;
    const people = unique(entries.map(({ actorId }) => actorId).reverse());
    const actors = people.slice(0, actorsShownMax).map((id) => shortUser(accounts.get(id)!));
    const comment = newest.commentId === null ? null : comments.get(newest.commentId)!;
    return {
      id: group.position,
      kind: group.kind,
      actors,
      actorCount: people.length,
      post: post && {
        id: post.id,
        excerpt: excerpt(post.title || post.text || post.description, excerptCharactersMax),
      },
      comment: comment && { id: comment.id, excerpt: excerpt(comment.text, excerptCharactersMax) },
      file: file && { id: group.subject, name: file.name, kind: file.kind },
      text: sentence({
        kind: group.kind,
        names: actors.map(({ displayName, username }) => displayName || username),
        count: people.length,
        hasMore: group.hasMore,
        onlyLikes: entries.every(({ reaction }) => reaction === null || reaction === 'like'),
        mentionedIn: placeOf(entries),
        fileName: file?.name ?? null,
      }),
      createdAtMs: group.createdAtMs,
      updatedAtMs: group.updatedAtMs,
      read: group.position <= state.readUpTo,
    };
  });
}

function placeOf(entries: readonly Entry[]): 'post' | 'comment' | null {
  const inComments = entries.filter(({ commentId }) => commentId !== null).length;
  if (inComments === 0) return 'post';
  return inComments === entries.length ? 'comment' : null;
}

const isShown = (comment: CommentFacts | undefined) => comment !== undefined && comment.deletedAtMs === null;

/** What stands in these groups and is still shared with their reader. */
async function sharedFiles(
  sources: NotifierDeps['sources'],
  readerId: Id,
  groups: readonly Group[],
): Promise<Map<Id, SharedFile>> {
  const found = new Map<Id, SharedFile>();
  await Promise.all(
    groups.map(async ({ kind, subject }) => {
      const file = kind === 'file-share' ? await sources.sharedFile(subject, readerId) : undefined;
      if (file) found.set(subject, file);
    }),
  );
  return found;
}

async function visiblePosts(sources: NotifierDeps['sources'], viewer: ViewerGraph, ids: Id[]) {
  const [posts, cards] = await Promise.all([
    byId(ids, (some) => sources.posts.getMany(some)),
    byId(ids, (some) => sources.posts.cardsById(some)),
  ]);
  const visible = await sources.posts.visible(viewer, [...cards.values()]);
  for (const [i, card] of [...cards.values()].entries()) if (!visible[i]) posts.delete(card.id);
  for (const id of posts.keys()) if (!cards.has(id)) posts.delete(id);
  return posts;
}

async function byId<V extends { id: Id }>(
  ids: readonly Id[],
  read: (ids: readonly Id[]) => Promise<(V | undefined)[]>,
): Promise<Map<Id, V>> {
  const found = new Map<Id, V>();
  for (let i = 0; i < ids.length; i += getManyMax) {
    for (const value of await read(ids.slice(i, i + getManyMax))) if (value) found.set(value.id, value);
  }
  return found;
}

const unique = (ids: readonly (Id | null)[]): Id[] => [...new Set(ids.filter((id) => id !== null))];
