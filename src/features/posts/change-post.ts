import type { Id } from '../../lib/ids.ts';
import type { Principal } from '../../lib/principal.ts';
import { forbidden, notFound, Refusal } from '../../lib/refusal.ts';
import { type Write, write } from '../../ports/records/records.ts';
import { commitAttemptsMax, type PostsContext } from './context.ts';
import { countedAs } from './create-post.ts';
import type { Post } from './post.ts';
import {
  checkNotEmpty,
  cleanTexts,
  hashtagsOfTexts,
  joinHashtags,
  namedHashtags,
  type PostFields,
} from './post-fields.ts';
import { resolveMentions } from './resolve-mentions.ts';
import { postRevisions, posts, userPostCounts } from './tables.ts';

/** Changes one's own post, keeping what it said before. Its place in feeds stays. */
export async function changePost(
  context: PostsContext,
  principal: Principal,
  id: Id,
  patch: PostFields,
): Promise<Post> {
  for (let attempt = 0; attempt < commitAttemptsMax; attempt++) {
    const row = await context.records.get(posts, [id]);
    if (!row || row.value.deletedAtMs !== null) throw notFound();
    if (row.value.authorId !== principal.userId) {
      await context.reads.requireVisible(principal, id);
      throw forbidden('Only its author can change a post.');
    }
    const before = row.value;
    const { after, isEdited } = await patched(context, before, patch);
    if (!isEdited && after.visibility === before.visibility) return before;
    const then = mirrorsOfChange(context, before, after, isEdited);
    const result = await context.records.commit({
      decide: [write.replace(posts, [id], after, row.version)],
      then,
      hints: [
        {
          kind: 'post.changed',
          key: after.authorId,
          data: {
            postId: id,
            authorId: after.authorId,
            feedKey: after.feedKey,
            what: after.visibility === before.visibility ? 'edited' : 'visibility',
          },
        },
      ],
    });
    context.cardReader.forget(id, after.feedKey);
    if (result.ok) return after;
  }
  throw new Refusal('conflict', 'This post is being changed elsewhere. Try again.');
}

/** `editedAtMs` moves only if what people read has changed: another audience is no edit. */
async function patched(
  context: PostsContext,
  before: Post,
  patch: PostFields,
): Promise<{ after: Post; isEdited: boolean }> {
  const texts = cleanTexts(patch, before);
  checkNotEmpty(texts, before.mediaIds.length);
  const inOldTexts = new Set(hashtagsOfTexts(before));
  const named =
    patch.hashtags === undefined
      ? before.hashtags.filter((tag) => !inOldTexts.has(tag))
      : namedHashtags(patch.hashtags);
  const hashtags = joinHashtags(named, hashtagsOfTexts(texts));
  const visibility = patch.visibility ?? before.visibility;
  const isSame =
    texts.title === before.title &&
    texts.text === before.text &&
    texts.description === before.description &&
    hashtags.length === before.hashtags.length &&
    hashtags.every((tag, i) => tag === before.hashtags[i]);
  if (isSame) return { after: { ...before, visibility }, isEdited: false };
  const words = `${texts.title}\n${texts.text}\n${texts.description}`;
  const mentions = await resolveMentions(context, before.authorId, words);
  const editedAtMs = context.clock.nowMs();
  return { after: { ...before, ...texts, hashtags, mentions, visibility, editedAtMs }, isEdited: true };
}

function mirrorsOfChange({ ids }: PostsContext, before: Post, after: Post, isEdited: boolean): Write[] {
  const writes: Write[] = [];
  if (isEdited) {
    const { title, text, description, hashtags, visibility, editedAtMs, createdAtMs } = before;
    const writtenAtMs = editedAtMs ?? createdAtMs;
    const revision = { title, text, description, hashtags, visibility, writtenAtMs };
    writes.push(write.put(postRevisions, [before.id, ids.next()], revision));
  }
  // What is not published is not counted yet.
  if (after.feedKey !== null && countedAs(before) !== countedAs(after)) {
    writes.push(
      write.add(userPostCounts, [after.authorId], { [countedAs(before)]: -1, [countedAs(after)]: 1 }),
    );
  }
  return writes;
}
