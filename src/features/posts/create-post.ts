import type { Id } from '../../lib/ids.ts';
import type { IdempotencyClaim, Principal } from '../../lib/principal.ts';
import { forbidden, invalid, notFound, Refusal } from '../../lib/refusal.ts';
import { type CommitResult, write } from '../../ports/records/records.ts';
import { claimWrites, findReplay, replayedResult } from '../idempotency/index.ts';
import { listingWrites } from './author-lists.ts';
import type { PostsContext } from './context.ts';
import { type Post, postMediaMax } from './post.ts';
import {
  checkNotEmpty,
  cleanTexts,
  hashtagsOfTexts,
  joinHashtags,
  namedHashtags,
  noTexts,
  type PostFields,
} from './post-fields.ts';
import { resolveMentions } from './resolve-mentions.ts';
import { settlePost } from './settle-post.ts';
import { posts, unlistedPosts, userPostCounts } from './tables.ts';

export interface NewPost extends PostFields {
  /** Where given, must be the caller. */
  userId?: string | undefined;
  mediaIds?: readonly Id[] | undefined;
  mediaUrl?: string | undefined;
  /** The client's own word on when it was made; kept, never used. */
  clientTime?: string | undefined;
}

const clientTimeCharactersMax = 64;

/** Where an author's number of posts is kept apart, so that it tells nobody of posts they cannot see. */
export const countedAs = ({ visibility }: Pick<Post, 'visibility'>) =>
  visibility === 'only-me' ? 'onlyMe' : 'posts';

/** One durable commit. Answers the same post to the same claim, with `isNew` false. */
export async function createPost(
  context: PostsContext,
  principal: Principal,
  input: NewPost,
  claim?: IdempotencyClaim,
): Promise<{ post: Post; isNew: boolean }> {
  if (input.userId !== undefined && input.userId !== principal.userId) {
    throw forbidden('You can only post as yourself.');
  }
  const namesMedia = input.mediaUrl !== undefined || (input.mediaIds?.length ?? 0) > 0;
  const earlierId = namesMedia ? await findReplay(context.records, claim) : undefined;
  if (earlierId !== undefined) return { post: await replayed(context, earlierId), isNew: false };
  const media = namesMedia ? await context.media.requireUsable(principal, input) : [];
  if (media.length > postMediaMax)
    throw invalid(
      'mediaIds',
      `A post has at most ${postMediaMax} photos and videos.`,
      'too-many',
      postMediaMax,
    );
  const texts = cleanTexts(input, noTexts);
  checkNotEmpty(texts, media.length);
  const hashtags = joinHashtags(namedHashtags(input.hashtags), hashtagsOfTexts(texts));
  const mentions = await resolveMentions(
    context,
    principal.userId,
    `${texts.title}\n${texts.text}\n${texts.description}`,
  );

  const mediaIds = media.map((each) => each.id);
  const draft = { ...texts, hashtags, mentions, mediaIds };
  if (mediaIds.length > 0) return createWithMedia(context, principal, input, draft, claim);
  const id = context.ids.next();
  return commitDraft(context, newPost(context, principal, input, draft, { id, feedKey: id }), claim);
}

/**
 * The media are the post's before it is there, so that nobody takes them away. What cannot be shown yet leaves the
 * post pending: its author sees it, and it enters feeds whole later.
 */
async function createWithMedia(
  context: PostsContext,
  principal: Principal,
  input: NewPost,
  draft: Draft,
  claim: IdempotencyClaim | undefined,
): Promise<{ post: Post; isNew: boolean }> {
  const id = context.ids.next();
  const use = { kind: 'post' as const, id };
  const attached = await context.media.attach(draft.mediaIds, use);
  try {
    const feedKey = attached.every(({ shown }) => shown) ? context.ids.next() : null;
    const made = await commitDraft(
      context,
      newPost(context, principal, input, draft, { id, feedKey }),
      claim,
    );
    if (!made.isNew) await context.media.release(draft.mediaIds, use);
    if (!made.isNew || feedKey !== null) return made;
  } catch (error) {
    // Where it is not known whether the post was written, the janitor finds out.
    if (error instanceof Refusal) await context.media.release(draft.mediaIds, use);
    throw error;
  }
  // The last of them may have become ready between the look and the commit.
  return { post: (await settlePost(context, id))!, isNew: true };
}

type Draft = Pick<Post, 'title' | 'text' | 'description' | 'hashtags' | 'mentions' | 'mediaIds'>;

/**
 * Nothing may come between minting the feed key and committing: a list sorts by these keys, and whoever has read up
 * to one must not find a smaller one appear later.
 */
function newPost(
  context: PostsContext,
  principal: Principal,
  input: NewPost,
  draft: Draft,
  { id, feedKey }: { id: Id; feedKey: Id | null },
): Post {
  const nowMs = context.clock.nowMs();
  return {
    id,
    authorId: principal.userId,
    feedKey,
    ...draft,
    visibility: input.visibility ?? 'public',
    state: feedKey === null ? 'pending' : 'published',
    createdAtMs: nowMs,
    publishedAtMs: feedKey === null ? null : nowMs,
    editedAtMs: null,
    deletedAtMs: null,
    clientTime: input.clientTime?.slice(0, clientTimeCharactersMax) ?? null,
  };
}

async function commitDraft(
  context: PostsContext,
  post: Post,
  claim: IdempotencyClaim | undefined,
): Promise<{ post: Post; isNew: boolean }> {
  const result = await commitNewPost(context, post, claim);
  if (result.ok) return { post, isNew: true };
  const earlierId = replayedResult(result, claim);
  if (earlierId === undefined) throw new Error(`the id ${post.id} was minted twice`);
  return { post: await replayed(context, earlierId), isNew: false };
}

async function replayed({ reads }: PostsContext, id: Id): Promise<Post> {
  const earlier = await reads.get(id);
  if (!earlier || earlier.deletedAtMs !== null) throw notFound('This post was deleted meanwhile.');
  return earlier;
}

function commitNewPost(
  { records }: PostsContext,
  post: Post,
  claim: IdempotencyClaim | undefined,
): Promise<CommitResult> {
  const { id, authorId, feedKey } = post;
  const then =
    feedKey === null
      ? [write.put(unlistedPosts, [authorId, id], { isDeleted: false })]
      : [...listingWrites(post, feedKey), write.add(userPostCounts, [authorId], { [countedAs(post)]: 1 })];
  return records.commit({
    claims: claimWrites(claim, id, post.createdAtMs),
    decide: [write.insert(posts, [id], post)],
    then,
    hints: [
      {
        kind: 'post.changed',
        key: authorId,
        data: { postId: id, authorId, feedKey, what: feedKey === null ? 'edited' : 'published' },
      },
    ],
  });
}
