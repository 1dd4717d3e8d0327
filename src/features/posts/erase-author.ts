import type { Id } from '../../lib/ids.ts';
import { write } from '../../ports/records/records.ts';
import type { PostsContext } from './context.ts';
import { erasePost } from './delete-post.ts';
import { mediaPostsByAuthor, postsByAuthor, unlistedPosts, userPostCounts } from './tables.ts';

const erasedMax = 10;

/**
 * Hides posts of a person who is being erased, so many a call at most, and answers those that are to be purged
 * now. None: there is nothing left of this person here.
 */
export async function erasePostsOf(context: PostsContext, authorId: Id): Promise<Id[]> {
  const { records } = context;
  const hints = [{ kind: 'post.purged', key: authorId, data: { authorId } }];
  const listed = await records.list(postsByAuthor, [authorId], { limit: erasedMax });
  for (const { key, value } of listed) {
    if (await erasePost(context, value.postId)) continue;
    // Gone already, and only its places in the lists were left.
    const decide = [postsByAuthor, mediaPostsByAuthor].map((list) => write.remove(list, key));
    await records.commit({ decide, hints });
  }
  const unlisted = await records.list(unlistedPosts, [authorId], { limit: erasedMax });
  for (const { key, value } of unlisted) if (!value.isDeleted) await erasePost(context, key[1]!);
  for (const { key } of unlisted) {
    if (await context.reads.get(key[1]!)) continue;
    await records.commit({ decide: [write.remove(unlistedPosts, key)], hints });
  }
  if (unlisted.length === 0)
    await records.commit({ decide: [write.remove(userPostCounts, [authorId])], hints });
  return unlisted.map(({ key }) => key[1]!);
}
