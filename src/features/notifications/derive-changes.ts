import type { Id } from '../../lib/ids.ts';
import type { LogEntry } from '../../ports/log/log.ts';
import type { Post } from '../posts/index.ts';
import type { Change, NotificationKind } from './notification.ts';
import type { CommentFacts, NotificationSources } from './sources.ts';

export interface ReaderChange {
  readerId: Id;
  change: Change;
}

/** Whom a text notified before, as the table keeps it. */
export type MentionedBefore = readonly Id[];

export interface Derived {
  changes: ReaderChange[];
  /** Whom the text mentions now, where the hint is about a text. */
  mentioned?: { sourceId: Id; readerIds: readonly Id[] };
}

/** A text names at most so many people to any effect. */
export const mentionedMax = 50;

type EntryFields = { kind: NotificationKind; subject: string; actorId: Id; commentId?: Id };
type Truth = Extract<Change, { what: 'entry' }>['truth'];

const entry = (readerId: Id, fields: EntryFields, truth: Truth): ReaderChange => ({
  readerId,
  change: { what: 'entry', commentId: null, ...fields, truth },
});

/** May anything this person did reach that reader at all? */
async function reaches(sources: NotificationSources, actorId: Id, readerId: Id): Promise<boolean> {
  if (actorId === readerId) return false;
  const [reader, actor, account] = await Promise.all([
    sources.graph.viewer(readerId),
    sources.accounts.get(actorId),
    sources.accounts.get(readerId),
  ]);
  return (
    actor?.state === 'active' &&
    account !== undefined &&
    account.state !== 'deleted' &&
    !reader.blocked.has(actorId) &&
    !reader.muted.has(actorId)
  );
}

async function sees(sources: NotificationSources, readerId: Id, postId: Id): Promise<boolean> {
  const [card] = await sources.posts.cardsById([postId]);
  if (!card) return false;
  if (card.authorId === readerId) return true;
  return (await sources.posts.visible(await sources.graph.viewer(readerId), [card]))[0] === true;
}

const isShown = (post: Post | undefined): post is Post =>
  post !== undefined && post.deletedAtMs === null && post.state === 'published';

export async function fromReaction(sources: NotificationSources, { data }: LogEntry): Promise<Derived> {
  const postId = String(data.postId);
  const actorId = String(data.userId);
  const readerId = String(data.authorId);
  if (actorId === readerId) return { changes: [] };
  const [reaction, post, allowed] = await Promise.all([
    sources.reactionOf(postId, actorId),
    sources.posts.get(postId),
    reaches(sources, actorId, readerId),
  ]);
  const truth =
    reaction && allowed && isShown(post) && post.authorId === readerId
      ? { atMs: reaction.createdAtMs, postId, reaction: reaction.kind }
      : null;
  return { changes: [entry(readerId, { kind: 'like', subject: postId, actorId }, truth)] };
}

export async function fromFollow(sources: NotificationSources, { data }: LogEntry): Promise<Derived> {
  const followerId = String(data.followerId);
  const followeeId = String(data.followeeId);
  const [follow, toFollowee, toFollower] = await Promise.all([
    sources.followOf(followerId, followeeId),
    reaches(sources, followerId, followeeId),
    reaches(sources, followeeId, followerId),
  ]);
  const truth = (holds: boolean): Truth =>
    follow && holds ? { atMs: follow.atMs, postId: null, reaction: null } : null;
  const isFollowing = follow?.state === 'following';
  const wasRequested = follow?.wasRequested === true;
  const toFolloweeOf = (kind: NotificationKind, holds: boolean) =>
    entry(followeeId, { kind, subject: '', actorId: followerId }, truth(toFollowee && holds));
  return {
    changes: [
      toFolloweeOf('follow-request', follow?.state === 'requested'),
      // Who has just approved a request need not be told that it took effect.
      toFolloweeOf('follow', isFollowing && !wasRequested),
      entry(
        followerId,
        { kind: 'request-accepted', subject: '', actorId: followeeId },
        truth(toFollower && isFollowing && wasRequested),
      ),
    ],
  };
}

/** A file or folder that was shared with somebody, or no longer is. */
export async function fromShare(sources: NotificationSources, { data }: LogEntry): Promise<Derived> {
  const ownerId = String(data.driveId);
  const nodeId = String(data.nodeId);
  const readerId = String(data.userId);
  const [file, allowed] = await Promise.all([
    sources.sharedFile(nodeId, readerId),
    reaches(sources, ownerId, readerId),
  ]);
  const truth = file && allowed ? { atMs: file.atMs, postId: null, reaction: null } : null;
  return { changes: [entry(readerId, { kind: 'file-share', subject: nodeId, actorId: ownerId }, truth)] };
}

/** Mentions in a post, and what its deletion takes away. */
export async function fromPost(
  sources: NotificationSources,
  { data }: LogEntry,
  before: MentionedBefore,
): Promise<Derived> {
  const postId = String(data.postId);
  const post = await sources.posts.get(postId);
  const shown = isShown(post);
  const mentioned = shown ? post.mentions.slice(0, mentionedMax) : [];
  const actorId = String(data.authorId);
  const changes: ReaderChange[] = [];
  for (const readerId of new Set([...before, ...mentioned])) {
    const holds =
      mentioned.includes(readerId) &&
      (await reaches(sources, actorId, readerId)) &&
      (await sees(sources, readerId, postId));
    const editedAtMs = before.includes(readerId) ? 0 : (post?.editedAtMs ?? 0);
    const atMs = Math.max(post?.publishedAtMs ?? 0, editedAtMs);
    const truth = holds ? { atMs, postId, reaction: null } : null;
    changes.push(entry(readerId, { kind: 'mention', subject: postId, actorId }, truth));
  }
  if (!shown) {
    for (const kind of ['like', 'comment'] as const)
      changes.push({ readerId: actorId, change: { what: 'drop-groups', kind, subject: postId } });
  }
  return { changes, mentioned: { sourceId: postId, readerIds: mentioned } };
}

/** A comment tells each person once: a reply before a comment on one's post, and that before a mention. */
export async function fromComment(
  sources: NotificationSources,
  { data }: LogEntry,
  before: MentionedBefore,
): Promise<Derived> {
  const commentId = String(data.commentId);
  const postId = String(data.postId);
  const actorId = String(data.userId);
  const postAuthorId = String(data.authorId);
  const [[comment], post] = await Promise.all([sources.commentsById([commentId]), sources.posts.get(postId)]);
  const shown = comment !== undefined && comment.deletedAtMs === null && isShown(post);
  const parent = await parentOf(sources, comment);
  const mentioned = shown ? comment.mentions.slice(0, mentionedMax) : [];
  const changes: ReaderChange[] = [];
  const told = new Set<Id>();
  const tell = async (readerId: Id, kind: NotificationKind, subject: string, says: boolean) => {
    const holds =
      says &&
      !told.has(readerId) &&
      (await reaches(sources, actorId, readerId)) &&
      (await sees(sources, readerId, postId));
    if (holds) told.add(readerId);
    const truth = holds ? { atMs: comment?.createdAtMs ?? 0, postId, reaction: null } : null;
    changes.push(entry(readerId, { kind, subject, actorId, commentId }, truth));
  };
  if (parent) await tell(parent.authorId, 'reply', parent.id, shown && parent.deletedAtMs === null);
  else if (data.repliesToId) await tell(String(data.repliesToId), 'reply', String(data.parentId), false);
  await tell(postAuthorId, 'comment', postId, shown);
  for (const readerId of new Set([...before, ...mentioned])) {
    await tell(readerId, 'mention', postId, mentioned.includes(readerId));
  }
  if (!shown)
    changes.push({ readerId: actorId, change: { what: 'drop-groups', kind: 'reply', subject: commentId } });
  return { changes, mentioned: { sourceId: commentId, readerIds: mentioned } };
}

async function parentOf(sources: NotificationSources, comment: CommentFacts | undefined) {
  return comment?.parentId ? (await sources.commentsById([comment.parentId]))[0] : undefined;
}
