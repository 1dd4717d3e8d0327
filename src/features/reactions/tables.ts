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

/**
 * The truth: one reaction a person and post. In shards, because a partition decides one commit after the other, and
 * half the world may like one post at the same moment.
 */
export const reactionsByPost = defineTable<Reaction>('reactions_by_post', {
  partition: ['post_id', 'shard'],
  clustering: ['user_id'],
  wide: true,
});

const shardsOfPost = 64;

/** Where those who reacted to a post are kept; all together they are everybody. */
export const reactionShards: readonly string[] = Array.from({ length: shardsOfPost }, (_, shard) =>
  String(shard).padStart(2, '0'),
);

/** FNV-1a of the user's id says which shard. */
export function reactionKey(postId: Id, userId: Id): [postId: Id, shard: string, userId: Id] {
  let hash = 0x811c9dc5;
  for (let i = 0; i < userId.length; i++) hash = Math.imul(hash ^ userId.charCodeAt(i), 0x01000193);
  return [postId, reactionShards[(hash >>> 0) % shardsOfPost]!, userId];
}

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
