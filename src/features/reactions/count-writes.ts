import type { Id } from '../../lib/ids.ts';
import { type Write, write } from '../../ports/records/records.ts';
import { postCounts, type ReactionKind } from '../posts/index.ts';

/** The writes that carry one person's reaction over from one kind to another; undefined stands for none. */
export function countWrites(
  postId: Id,
  before: ReactionKind | undefined,
  after: ReactionKind | undefined,
): Write[] {
  const numbers: Record<string, number> = {};
  if (before) numbers[before] = -1;
  if (after) numbers[after] = 1;
  if (!before || !after) numbers['likes'] = after ? 1 : -1;
  return [write.add(postCounts, [postId], numbers)];
}
