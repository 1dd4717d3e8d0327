import type { Id } from '../../lib/ids.ts';
import { defineTable } from '../../ports/records/records.ts';
import type { ReactionKind } from '../posts/index.ts';

export interface Reaction {
  kind: ReactionKind;
  /** Its place among the post's reactions by time; stays when the kind is changed. */
  reactionId: Id;
  /** The post's author. */
  authorId: Id;
  createdAtMs: number;
}

/** The truth: one reaction a person and post. */
export const reactionsByPost = defineTable<Reaction>('reactions_by_post', {
  partition: ['post_id'],
  clustering: ['user_id'],
  wide: true,
});

export const reactionsByPostTime = defineTable<{ userId: Id; kind: ReactionKind; createdAtMs: number }>(
  'reactions_by_post_time',
  { partition: ['post_id'], clustering: ['reaction_id'], kind: 'plain', wide: true },
);

export const reactionsByUser = defineTable<{ kind: ReactionKind }>('reactions_by_user', {
  partition: ['user_id'],
  clustering: ['post_id'],
  kind: 'plain',
  wide: true,
});
