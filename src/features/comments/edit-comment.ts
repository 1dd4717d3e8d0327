import type { Id } from '../../lib/ids.ts';
import type { Principal } from '../../lib/principal.ts';
import { forbidden } from '../../lib/refusal.ts';
import { cleanText } from '../../lib/text.ts';
import { write } from '../../ports/records/records.ts';
import { resolveMentions } from '../posts/index.ts';
import { type Comment, commentBytesMax, keyOf, rowOf } from './comment.ts';
import {
  busy,
  type CommentsContext,
  commentHints,
  commitAttemptsMax,
  requireVisibleComment,
} from './context.ts';
import { commentRevisions, commentsByThread } from './tables.ts';

/** Changes one's own comment, keeping what it said before. */
export function editComment(
  context: CommentsContext,
  principal: Principal,
  id: Id,
  input: { comment: string },
): Promise<Comment> {
  const rules = { field: 'comment', bytesMin: 1, bytesMax: commentBytesMax, multiline: true };
  const text = cleanText(input.comment, rules);
  return context.lock.run(id, async () => {
    for (let attempt = 0; attempt < commitAttemptsMax; attempt++) {
      const { comment: before, version } = await requireVisibleComment(context, principal, id);
      if (before.authorId !== principal.userId) throw forbidden('Only its author can change a comment.');
      if (before.text === text) return before;
      const mentions = await resolveMentions(context, principal.userId, text);
      const after: Comment = { ...before, text, mentions, editedAtMs: context.clock.nowMs() };
      const revision = { text: before.text, writtenAtMs: before.editedAtMs ?? before.createdAtMs };
      const then = [write.put(commentRevisions, [id, context.ids.next()], revision)];
      const result = await context.records.commit({
        decide: [write.replace(commentsByThread, keyOf(before), rowOf(after), version)],
        then,
        // The count stays as it is.
        hints: commentHints(after).slice(0, 1),
      });
      if (result.ok) return after;
    }
    throw busy();
  });
}
