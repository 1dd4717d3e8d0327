import { type Id, idTimeMs } from '../../lib/ids.ts';
import type { IdempotencyClaim, Principal } from '../../lib/principal.ts';
import { forbidden, Refusal } from '../../lib/refusal.ts';
import { type Row, write } from '../../ports/records/records.ts';
import { affinityWrites } from '../engagement/index.ts';
import { claimWrites, findReplay, replayedResult } from '../idempotency/index.ts';
import type { ReactionKind } from '../posts/index.ts';
import { commitAttemptsMax, type ReactionsContext, reactionHints, seeAtOnce } from './context.ts';
import { countWrites } from './count-writes.ts';
import {
  type Reaction,
  reactionKey,
  reactionsByPost,
  reactionsByPostTime,
  reactionsByUser,
} from './tables.ts';

export interface NewReaction {
  postId: Id;
  /** Default `like`. */
  reaction?: ReactionKind | undefined;
  /** Where given, must be the caller. */
  userId?: string | undefined;
}

/**
 * Reacts to a post one may see, or changes the kind. `isNew` says whether there was none before. Counts are
 * written with it, so they are exact however many react at once.
 */
export async function react(
  context: ReactionsContext,
  principal: Principal,
  { postId, reaction: kind = 'like', userId = principal.userId }: NewReaction,
  claim?: IdempotencyClaim,
): Promise<{ reaction: Reaction; isNew: boolean }> {
  if (userId !== principal.userId) throw forbidden('You can only react as yourself.');
  const { authorId } = await context.posts.requireVisibleCard(principal, postId);
  const earlierId = await findReplay(context.records, claim);
  if (earlierId !== undefined) {
    const asked = { kind, reactionId: earlierId, authorId, createdAtMs: idTimeMs(earlierId) };
    return replayed(context, postId, userId, asked);
  }
  for (let attempt = 0; attempt < commitAttemptsMax; attempt++) {
    const row = await context.records.get(reactionsByPost, reactionKey(postId, userId));
    if (row?.value.kind === kind) return { reaction: row.value, isNew: false };
    const reaction = row
      ? { ...row.value, kind }
      : { kind, reactionId: context.ids.next(), authorId, createdAtMs: context.clock.nowMs() };
    const result = await commitReaction(context, { postId, userId, row, reaction, claim });
    seeAtOnce(context, postId, userId);
    if (result.ok) return { reaction, isNew: !row };
    if (replayedResult(result, claim) !== undefined) return replayed(context, postId, userId, reaction);
  }
  throw new Refusal('conflict', 'This is being changed elsewhere. Try again.');
}

interface ReactionChange {
  postId: Id;
  userId: Id;
  row: Row<Reaction> | undefined;
  reaction: Reaction;
  claim: IdempotencyClaim | undefined;
}

function commitReaction(
  { records, clock }: ReactionsContext,
  { postId, userId, row, reaction, claim }: ReactionChange,
) {
  const { kind, reactionId, authorId, createdAtMs } = reaction;
  const key = reactionKey(postId, userId);
  const then = [
    write.put(reactionsByPostTime, [postId, reactionId], { userId, kind, createdAtMs }),
    write.put(reactionsByUser, [userId, postId], { kind }),
    ...countWrites(postId, row?.value.kind, kind),
    ...(row ? [] : affinityWrites(userId, authorId, { reactions: 1 }, createdAtMs)),
  ];
  return records.commit({
    claims: claimWrites(claim, reactionId, clock.nowMs()),
    decide: [
      row
        ? write.replace(reactionsByPost, key, reaction, row.version)
        : write.insert(reactionsByPost, key, reaction),
    ],
    then,
    hints: reactionHints(postId, userId, authorId),
  });
}

/** The same request again: it does nothing any more, even if the reaction was taken back or changed meanwhile. */
async function replayed({ records }: ReactionsContext, postId: Id, userId: Id, asked: Reaction) {
  const row = await records.get(reactionsByPost, reactionKey(postId, userId));
  return { reaction: row?.value ?? asked, isNew: true };
}
