import type { Id } from '../../lib/ids.ts';
import type { IdempotencyClaim, Principal } from '../../lib/principal.ts';
import { forbidden, invalid, notFound } from '../../lib/refusal.ts';
import { type CommitResult, write } from '../../ports/records/records.ts';
import { claimWrites, replayedResult } from '../idempotency/index.ts';
import type { PostsContext } from './context.ts';
import type { Post } from './post.ts';
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
import { posts, postsByAuthor, userPostCounts } from './tables.ts';

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
  if (input.mediaUrl !== undefined || (input.mediaIds?.length ?? 0) > 0) {
    throw invalid('media', 'Photos and videos cannot be posted yet.');
  }
  const texts = cleanTexts(input, noTexts);
  checkNotEmpty(texts, 0);
  const hashtags = joinHashtags(namedHashtags(input.hashtags), hashtagsOfTexts(texts));
  const mentions = await resolveMentions(
    context,
    principal.userId,
    `${texts.title}\n${texts.text}\n${texts.description}`,
  );

  // Nothing may come between minting and committing: a list sorts by these keys, and whoever has read up to
  // one must not find a smaller one appear later.
  const id = context.ids.next();
  const nowMs = context.clock.nowMs();
  const post: Post = {
    id,
    authorId: principal.userId,
    feedKey: id,
    ...texts,
    hashtags,
    mentions,
    mediaIds: [],
    visibility: input.visibility ?? 'public',
    state: 'published',
    createdAtMs: nowMs,
    publishedAtMs: nowMs,
    editedAtMs: null,
    deletedAtMs: null,
    clientTime: input.clientTime?.slice(0, clientTimeCharactersMax) ?? null,
  };
  const result = await commitNewPost(context, post, claim);
  if (result.ok) return { post, isNew: true };
  const earlierId = replayedResult(result, claim);
  if (earlierId === undefined) throw new Error(`the id ${id} was minted twice`);
  const earlier = await context.reads.get(earlierId);
  if (!earlier || earlier.deletedAtMs !== null) throw notFound('This post was deleted meanwhile.');
  return { post: earlier, isNew: false };
}

function commitNewPost(
  { records }: PostsContext,
  post: Post,
  claim: IdempotencyClaim | undefined,
): Promise<CommitResult> {
  const { id, authorId } = post;
  const then = [
    write.put(postsByAuthor, [authorId, id], { postId: id }),
    write.add(userPostCounts, [authorId], { [countedAs(post)]: 1 }),
  ];
  return records.commit({
    claims: claimWrites(claim, id, post.createdAtMs),
    decide: [write.insert(posts, [id], post)],
    then,
    hints: [
      {
        kind: 'post.changed',
        key: authorId,
        data: { postId: id, authorId, feedKey: id, what: 'published' },
      },
    ],
  });
}
