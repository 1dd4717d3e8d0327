import type { Id } from '../../lib/ids.ts';
import type { EventLog, Subscription } from '../../ports/log/log.ts';
import { write } from '../../ports/records/records.ts';
import { listingWrites } from './author-lists.ts';
import { commitAttemptsMax, type PostsContext } from './context.ts';
import { countedAs } from './create-post.ts';
import type { Post } from './post.ts';
import { posts, unlistedPosts, userPostCounts } from './tables.ts';

/**
 * Makes a pending post what its media allow: published, at once and whole, when every one of them can be shown;
 * failed while one of them has. Its place in feeds is minted at that moment. Bears being asked at any time.
 */
export async function settlePost(context: PostsContext, id: Id): Promise<Post | undefined> {
  for (let attempt = 0; attempt < commitAttemptsMax; attempt++) {
    const row = await context.records.get(posts, [id]);
    const post = row?.value;
    if (!post || post.state === 'published' || post.deletedAtMs !== null) return post;
    const media = await context.media.getMany(post.mediaIds);
    if (media.every((each) => each?.shown)) {
      const published = await publish(context, post, row.version);
      if (published) return published;
      continue;
    }
    const state = media.some((each) => !each || each.state === 'failed') ? 'failed' : 'pending';
    if (state === post.state) return post;
    const after: Post = { ...post, state };
    const { ok } = await context.records.commit({
      decide: [write.replace(posts, [id], after, row.version)],
      hints: [changed(after, 'edited')],
    });
    if (ok) return after;
  }
  throw new Error(`the post ${id} could not be settled`);
}

async function publish(context: PostsContext, post: Post, version: number): Promise<Post | undefined> {
  const { id, authorId } = post;
  // Nothing may come between minting and committing: see create-post.ts.
  const feedKey = context.ids.next();
  const after: Post = { ...post, feedKey, state: 'published', publishedAtMs: context.clock.nowMs() };
  const { ok } = await context.records.commit({
    decide: [write.replace(posts, [id], after, version)],
    then: [
      ...listingWrites(post, feedKey),
      write.remove(unlistedPosts, [authorId, id]),
      write.add(userPostCounts, [authorId], { [countedAs(after)]: 1 }),
    ],
    hints: [changed(after, 'published')],
  });
  context.cardReader.forget(id, feedKey);
  return ok ? after : undefined;
}

/** Has everybody read a published post's media anew. The row's version moves, nothing in it does. */
async function refresh(context: PostsContext, id: Id): Promise<void> {
  const row = await context.records.get(posts, [id]);
  if (row?.value.state !== 'published' || row.value.deletedAtMs !== null) return;
  await context.records.commit({
    decide: [write.replace(posts, [id], row.value, row.version)],
    hints: [changed(row.value, 'edited')],
  });
  context.cardReader.forget(id, row.value.feedKey);
}

const changed = ({ id, authorId, feedKey }: Post, what: 'published' | 'edited') => ({
  kind: 'post.changed',
  key: authorId,
  data: { postId: id, authorId, feedKey, what },
});

/** Settles and refreshes posts as their media come to be shown. */
export function followMedia(context: PostsContext, log: EventLog): Promise<Subscription> {
  return log.subscribe({
    group: 'posts-media',
    start: 'stored',
    kinds: ['media.changed'],
    async handle(entries) {
      const mediaIds = new Set<Id>();
      for (const { data } of entries) if (data['what'] !== 'use') mediaIds.add(String(data['mediaId']));
      for (const medium of await context.media.getMany([...mediaIds])) {
        for (const { kind, id } of medium?.uses ?? []) {
          if (kind !== 'post') continue;
          const before = await context.reads.get(id);
          if (before?.state === 'published') await refresh(context, id);
          else await settlePost(context, id);
        }
      }
    },
  });
}
