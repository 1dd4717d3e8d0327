import type { Id } from '../../lib/ids.ts';
import type { Principal } from '../../lib/principal.ts';
import { forbidden, notFound, Refusal } from '../../lib/refusal.ts';
import { type Write, write } from '../../ports/records/records.ts';
import { enqueuePurge } from '../purging/index.ts';
import { unlistingWrites } from './author-lists.ts';
import { commitAttemptsMax, type PostsContext } from './context.ts';
import { countedAs } from './create-post.ts';
import type { Post } from './post.ts';
import { posts, unlistedPosts, userPostCounts } from './tables.ts';

/** Hides a post from everyone at once; the janitor purges it later. By its author or an administrator. */
export async function deletePost(context: PostsContext, principal: Principal, id: Id): Promise<void> {
  const post = await context.reads.get(id);
  if (!post || post.deletedAtMs !== null) throw notFound();
  if (post.authorId !== principal.userId && !principal.isAdmin) {
    await context.reads.requireVisible(principal, id);
    throw forbidden('Only its author can delete a post.');
  }
  if (!(await erasePost(context, id))) throw notFound();
}

/** The same, whoever asks; false where it is gone already. */
export async function erasePost(context: PostsContext, id: Id): Promise<boolean> {
  for (let attempt = 0; attempt < commitAttemptsMax; attempt++) {
    const row = await context.records.get(posts, [id]);
    if (!row || row.value.deletedAtMs !== null) return false;
    const post = row.value;
    const { authorId, feedKey } = post;
    const then = mirrorsOfDeletion(context, post);
    const result = await context.records.commit({
      decide: [write.replace(posts, [id], { ...post, deletedAtMs: context.clock.nowMs() }, row.version)],
      then,
      hints: [
        { kind: 'post.changed', key: authorId, data: { postId: id, authorId, feedKey, what: 'deleted' } },
      ],
    });
    context.cardReader.forget(id, feedKey);
    if (result.ok) return true;
  }
  throw new Refusal('conflict', 'This post is being changed elsewhere. Try again.');
}

function mirrorsOfDeletion({ ids }: PostsContext, post: Post): Write[] {
  const { id, authorId, feedKey } = post;
  const writes = [
    write.put(unlistedPosts, [authorId, id], { isDeleted: true }),
    enqueuePurge('post', ids.next(), id),
  ];
  if (feedKey !== null) {
    writes.push(
      ...unlistingWrites(post, feedKey),
      write.add(userPostCounts, [authorId], { [countedAs(post)]: -1 }),
    );
  }
  return writes;
}
