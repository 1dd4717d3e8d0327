import { decodeCursor, encodeCursor } from '../../lib/cursors.ts';
import { fillPage } from '../../lib/filtered-page.ts';
import type { Id } from '../../lib/ids.ts';
import type { Principal } from '../../lib/principal.ts';
import type { Row } from '../../ports/records/records.ts';
import { type ShortUser, shortUser } from '../accounts/index.ts';
import type { ViewerGraph } from '../graph/index.ts';
import { type Comment, found } from './comment.ts';
import { type CommentsContext, isShown, type Page, requireVisibleComment } from './context.ts';
import { type CommentRow, commentReplies, commentRevisions, commentsByPost } from './tables.ts';

/** A comment as somebody sees it; a deleted one has neither text nor author. */
export interface CommentView {
  comment: Comment;
  author: ShortUser | null;
}

export interface CommentsPage {
  items: CommentView[];
  nextCursor: string | null;
}

/**
 * Oldest first and flat: each names the comment it replies to. With `parentId` only the replies to that one.
 * A page costs what is on it, however many comments there are.
 */
export async function listComments(
  context: CommentsContext,
  viewer: Principal | null,
  postId: Id,
  { limit, cursor, parentId }: Page & { parentId?: Id | undefined },
): Promise<CommentsPage> {
  const { records, posts, graph } = context;
  await posts.requireVisibleCard(viewer, postId);
  const viewerGraph = viewer && (await graph.viewer(viewer.userId));
  const cursorKind = parentId === undefined ? 'comments-of-post' : `replies-${parentId}`;
  const from = decodeCursor(cursorKind, cursor, 1)?.[0];
  const read =
    parentId === undefined
      ? (after: string | undefined, count: number) =>
          records.list(commentsByPost, [postId], { after, limit: count })
      : (after: string | undefined, count: number) => readReplies(context, postId, parentId, after, count);
  const { items, next } = await fillPage({
    limit,
    from,
    read,
    show: (rows) => viewsOf(context, viewerGraph, rows),
    keyOf: ({ key }) => key[1]!,
  });
  return { items, nextCursor: next === null ? null : encodeCursor(cursorKind, [next]) };
}

/** Rows of replies. One that is listed but gone keeps its place as an undefined value, so that paging goes on past it. */
async function readReplies(
  { records }: CommentsContext,
  postId: Id,
  parentId: Id,
  after: string | undefined,
  limit: number,
): Promise<(Row<CommentRow> | { key: readonly string[]; value: undefined })[]> {
  const listed = await records.list(commentReplies, [postId, parentId], { after, limit });
  const keys = listed.map(({ key }) => [postId, key[2]!]);
  const rows = await records.getMany(commentsByPost, keys);
  return rows.map((row, i) => row ?? { key: keys[i]!, value: undefined });
}

async function viewsOf(
  { accounts }: CommentsContext,
  viewer: ViewerGraph | null,
  rows: readonly (Row<CommentRow> | { key: readonly string[]; value: undefined })[],
): Promise<(CommentView | undefined)[]> {
  const standing = rows.flatMap((row) => (row.value ? [row as Row<CommentRow>] : []));
  const people = await accounts.getMany(standing.map(({ value }) => value.authorId));
  const views = new Map<string, CommentView>();
  for (const [i, row] of standing.entries()) {
    const { comment } = found(row);
    const author = people[i];
    const isDeleted = comment.deletedAtMs !== null;
    if (isDeleted ? comment.replies === 0 : !isShown(viewer, author)) continue;
    views.set(comment.id, { comment, author: isDeleted ? null : shortUser(author!) });
  }
  return rows.map(({ key }) => views.get(key[1]!));
}

/** What a comment said before its edits, newest first, for whom may see it. */
export async function listCommentRevisions(
  context: CommentsContext,
  viewer: Principal | null,
  id: Id,
  { limit, cursor }: Page,
): Promise<{ items: { id: Id; text: string; writtenAtMs: number }[]; nextCursor: string | null }> {
  await requireVisibleComment(context, viewer, id);
  const { items, next } = await fillPage({
    limit,
    from: decodeCursor('comment-revisions', cursor, 1)?.[0],
    read: (before, count) =>
      context.records.list(commentRevisions, [id], { reverse: true, before, limit: count }),
    show: async (rows) => rows.map(({ key, value }) => ({ id: key[1]!, ...value })),
    keyOf: ({ key }) => key[1]!,
  });
  return { items, nextCursor: next === null ? null : encodeCursor('comment-revisions', [next]) };
}
