import type { Id } from '../../lib/ids.ts';
import type { AccountDirectory } from '../accounts/index.ts';
import type { Graph } from '../graph/index.ts';
import type { Posts, ReactionKind } from '../posts/index.ts';

/** What a notification needs to know of a comment, deleted ones included. */
export interface CommentFacts {
  id: Id;
  postId: Id;
  parentId: Id | null;
  authorId: Id;
  text: string;
  /** Accounts named with `@` that existed when it was written. */
  mentions: readonly Id[];
  createdAtMs: number;
  deletedAtMs: number | null;
}

export interface FollowFacts {
  state: 'following' | 'requested';
  /** The followee approved it: it was a request before. */
  wasRequested: boolean;
  /** When it came into this state. */
  atMs: number;
}

export interface SharedFile {
  ownerId: Id;
  /** Empty for all of somebody's files. */
  name: string;
  kind: 'file' | 'folder';
  atMs: number;
}

/** The truth that notifications are made equal to. */
export interface NotificationSources {
  accounts: Pick<AccountDirectory, 'get' | 'getMany'>;
  graph: Pick<Graph, 'viewer'>;
  posts: Pick<Posts, 'get' | 'getMany' | 'cardsById' | 'visible'>;
  /** Undefined where there is none. */
  reactionOf(postId: Id, userId: Id): Promise<{ kind: ReactionKind; createdAtMs: number } | undefined>;
  /** In the order of the ids, undefined where purged or never there; at most 1000. */
  commentsById(ids: readonly Id[]): Promise<(CommentFacts | undefined)[]>;
  /** What is shared with that person; undefined where it is not, or hidden. */
  sharedFile(nodeId: Id, userId: Id): Promise<SharedFile | undefined>;
  /** Undefined where neither following nor asking to. */
  followOf(followerId: Id, followeeId: Id): Promise<FollowFacts | undefined>;
}
