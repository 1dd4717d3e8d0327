import type { Id } from '../../lib/ids.ts';
import { type Write, write } from '../../ports/records/records.ts';
import type { Post } from './post.ts';
import { mediaPostsByAuthor, postsByAuthor } from './tables.ts';

type Listed = Pick<Post, 'id' | 'authorId' | 'mediaIds'>;

/** A post's media never change, so neither do the lists it is in. */
const listsOf = ({ mediaIds }: Pick<Post, 'mediaIds'>) =>
  mediaIds.length > 0 ? [postsByAuthor, mediaPostsByAuthor] : [postsByAuthor];

/** What puts a published post into its author's lists. */
export const listingWrites = (post: Listed, feedKey: Id): Write[] =>
  listsOf(post).map((list) => write.put(list, [post.authorId, feedKey], { postId: post.id }));

export const unlistingWrites = (post: Omit<Listed, 'id'>, feedKey: Id): Write[] =>
  listsOf(post).map((list) => write.remove(list, [post.authorId, feedKey]));
