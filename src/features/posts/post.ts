import type { Id } from '../../lib/ids.ts';

export const visibilities = ['public', 'followers', 'only-me'] as const;
export type Visibility = (typeof visibilities)[number];
export type PostState = 'pending' | 'published' | 'failed';
export const reactionKinds = ['like', 'love', 'laugh', 'wow', 'sad'] as const;
export type ReactionKind = (typeof reactionKinds)[number];

export interface Post {
  id: Id;
  authorId: Id;
  /** Its place in feeds and author lists: minted by the writer when it became visible; null while pending. */
  feedKey: Id | null;
  title: string;
  text: string;
  description: string;
  /** Lower case, without `#`, in order of appearance, each once. */
  hashtags: string[];
  /** Accounts named with `@` that existed when it was written. */
  mentions: Id[];
  mediaIds: Id[];
  visibility: Visibility;
  state: PostState;
  createdAtMs: number;
  publishedAtMs: number | null;
  editedAtMs: number | null;
  /** Soft deletion: hidden from everyone from then on; purged later. */
  deletedAtMs: number | null;
  /** The client's own word on when it was made, kept beside ours. */
  clientTime: string | null;
}

export interface PostCounts {
  /** People who reacted, with any kind. */
  likes: number;
  comments: number;
  reactions: Partial<Record<ReactionKind, number>>;
}

export const postTextBytesMax = 100_000;
export const postTitleBytesMax = 200;
export const postDescriptionBytesMax = 10_000;
export const hashtagsMax = 30;
export const postMediaMax = 10;
export const mentionsMax = 20;
