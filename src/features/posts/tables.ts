import type { Id } from '../../lib/ids.ts';
import { defineTable } from '../../ports/records/records.ts';
import type { Post, Visibility } from './post.ts';

/** The truth about each post. */
export const posts = defineTable<Post>('posts', { partition: ['id'] });

/** Published posts that are not deleted, by their place in feeds. */
export const postsByAuthor = defineTable<{ postId: Id }>('posts_by_author', {
  partition: ['author_id'],
  clustering: ['feed_key'],
  kind: 'plain',
  wide: true,
});

/** Those of them that have photos or videos. */
export const mediaPostsByAuthor = defineTable<{ postId: Id }>('media_posts_by_author', {
  partition: ['author_id'],
  clustering: ['feed_key'],
  kind: 'plain',
  wide: true,
});

/** An author's posts that are in no list: pending ones, and deleted ones until they are purged. */
export const unlistedPosts = defineTable<{ isDeleted: boolean }>('unlisted_posts', {
  partition: ['author_id'],
  clustering: ['post_id'],
  kind: 'plain',
  wide: true,
});

/** What a post said before an edit. */
export interface PostRevision {
  title: string;
  text: string;
  description: string;
  hashtags: string[];
  /** Who could see it when it was replaced. */
  visibility: Visibility;
  writtenAtMs: number;
}

export const postRevisions = defineTable<PostRevision>('post_revisions', {
  partition: ['post_id'],
  clustering: ['revision_id'],
  kind: 'plain',
});

/** `likes`, `comments`, `views`, `dwellMs`, `reports`, and one number a reaction kind. */
export const postCounts = defineTable<Record<string, number>>('post_counts', {
  partition: ['post_id'],
  kind: 'counter',
});

/** `posts`: not deleted and seen by others than the author; `onlyMe`: the rest. */
export const userPostCounts = defineTable<{ posts?: number; onlyMe?: number }>('user_post_counts', {
  partition: ['user_id'],
  kind: 'counter',
});
