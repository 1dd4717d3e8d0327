import { decodeCursor, encodeCursor } from '../../lib/cursors.ts';
import { fillPage } from '../../lib/filtered-page.ts';
import type { Id } from '../../lib/ids.ts';
import type { Principal } from '../../lib/principal.ts';
import type { Row } from '../../ports/records/records.ts';
import { type ShortUser, shortUser } from '../accounts/index.ts';
import type { ViewerGraph } from '../graph/index.ts';
import { type Comment, found, keyOf } from './comment.ts';
import { type CommentsContext, isShown, type Page, requireVisibleComment } from './context.ts';
import {
  type CommentRow,
  commentReplies,
  commentRevisions,
  commentsByPost,
  commentsByThread,
} from './tables.ts';

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
  const read = async (after: string | undefined, count: number) => {
    const listed =
      parentId === undefined
        ? await records.list(commentsByPost, [postId], { after, limit: count })
        : await records.list(commentReplies, [postId, parentId], { after, limit: count });
    const places = listed.map(({ key, value }) => ({ postId, threadId: value.threadId, id: key.at(-1)! }));
    const rows = await records.getMany(commentsByThread, places.map(keyOf));
    return places.map(({ id }, i) => ({ id, row: rows[i] }));
  };
  const { items, next } = await fillPage({
    limit,
    from,
    read,
    show: (rows) => viewsOf(context, viewerGraph, rows),
    keyOf: ({ id }) => id,
  });
  return { items, nextCursor: next === null ? null : encodeCursor(cursorKind, [next]) };
}

/** A comment that is listed; one that is gone by now keeps its place, so that paging goes on past it. */
interface Listed {
  id: Id;
  row: Row<CommentRow> | undefined;
}

async function viewsOf(
  { accounts }: CommentsContext,
  viewer: ViewerGraph | null,
  listed: readonly Listed[],
): Promise<(CommentView | undefined)[]> {
  const standing = listed.flatMap(({ row }) => (row ? [row] : []));
  const people = await accounts.getMany(standing.map(({ value }) => value.authorId));
  const views = new Map<string, CommentView>();
  for (const [i, row] of standing.entries()) {
    const { comment } = found(row);
    const author = people[i];
    const isDeleted = comment.deletedAtMs !== null;
    if (isDeleted ? comment.replies === 0 : !isShown(viewer, author)) continue;
    views.set(comment.id, { comment, author: isDeleted ? null : shortUser(author!) });
  }
  return listed.map(({ id }) => views.get(id));
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
