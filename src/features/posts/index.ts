import type { Id } from '../../lib/ids.ts';
import type { Principal } from '../../lib/principal.ts';
import type { ViewerGraph } from '../graph/index.ts';
import type { Post, PostCounts, ReactionKind, Visibility } from './post.ts';

export type { PostMedia, PostsDeps } from './context.ts';
export { countedAs, type NewPost } from './create-post.ts';
export {
  hashtagsMax,
  mentionsMax,
  type Post,
  type PostCounts,
  type PostState,
  postTextBytesMax,
  type ReactionKind,
  reactionKinds,
  type Visibility,
  visibilities,
} from './post.ts';
export type { PostFields } from './post-fields.ts';
export { postSchema, shortUserSchema } from './post-schema.ts';
export { createPosts, type PostsFeature } from './posts.ts';
export { authorText } from './present-posts.ts';
export { resolveMentions } from './resolve-mentions.ts';
export { postCounts, posts, postsByAuthor, unlistedPosts, userPostCounts } from './tables.ts';
export { maySee } from './visibility.ts';

/** A post's place in its author's list. */
export interface PostPlace {
  authorId: Id;
  feedKey: Id;
}

/**
 * What the rules need to know of a post, and its serialised, viewer-independent parts. A card carries no counts and
 * no author: those change on their own and are joined at presentation.
 */
export interface PostCard {
  id: Id;
  authorId: Id;
  feedKey: Id;
  visibility: Visibility;
  /** JSON text of the post's own fields, from `"title":` to the last field before `counts`. */
  body: string;
}

export interface AuthorListRequest {
  authorId: Id;
  /** Exclusive. */
  before?: Id | undefined;
  limit: number;
}

/** Posts as other features read them. */
export interface Posts {
  /** The post whatever its state, deleted included; undefined if none. */
  get(id: Id): Promise<Post | undefined>;
  getMany(ids: readonly Id[]): Promise<(Post | undefined)[]>;
  /**
   * The truth about an author's published posts: feed keys, newest first, deleted ones left out where known.
   * `before` and `after` are exclusive; `hasMedia`: only those with photos or videos. O(limit).
   */
  listByAuthor(
    authorId: Id,
    options: { before?: Id | undefined; after?: Id | undefined; limit: number; hasMedia?: boolean },
  ): Promise<{ feedKey: Id; postId: Id }[]>;
  /** The feed keys alone, for each of many authors: at most 1000 of them, in one wave. */
  feedKeysByAuthors(requests: readonly AuthorListRequest[]): Promise<Id[][]>;
  /** Cards by place, undefined where the post is gone, deleted or not published. From the cache where warm. */
  cards(places: readonly PostPlace[]): Promise<(PostCard | undefined)[]>;
  cardsById(ids: readonly Id[]): Promise<(PostCard | undefined)[]>;
  /** Which cards the viewer may see (null: nobody logged in): account states, blocks, privacy, visibility. Mutes do not hide here. */
  visible(viewer: ViewerGraph | null, cards: readonly PostCard[]): Promise<boolean[]>;
  /** The post, if it exists and this viewer may see it; throws `not-found` otherwise. */
  requireVisible(viewer: Principal | null, id: Id): Promise<Post>;
  /** The same for published posts, from the cache where warm. */
  requireVisibleCard(viewer: Principal | null, id: Id): Promise<PostCard>;
  /** JSON text of each card as a Post of the interface: author, live counts, the viewer's own reaction. */
  present(viewerId: Id | null, cards: readonly PostCard[]): Promise<string[]>;
  counts(ids: readonly Id[]): Promise<PostCounts[]>;
  /** To be called after one's own commit that changed a post's counts, so that its caller finds them true at once. */
  forgetCounts(id: Id): void;
  /** How many posts each person has that others may see. */
  authoredCounts(userIds: readonly Id[]): Promise<number[]>;
}

/** Answers the viewer's own reaction on each post. Provided by the reactions feature. */
export type ReactionsOf = (viewerId: Id, postIds: readonly Id[]) => Promise<(ReactionKind | null)[]>;

/**
 * Hints, all with the author's id as key:
 * - `post.changed` {postId, authorId, feedKey, what: 'published' | 'edited' | 'visibility' | 'deleted'}
 * - `post.purged` {postId, authorId}: something of a deleted post is gone for good.
 * - `counts.changed` {postId, authorId}: likes or comments of the post changed (left by reactions and comments with their own hint).
 * Of other features: `reaction.changed` {postId, userId, authorId}, `comment.changed` {postId, commentId, authorId, userId},
 * each with the post author's id as key.
 */
export type PostHintKind = 'post.changed' | 'post.purged' | 'counts.changed';
