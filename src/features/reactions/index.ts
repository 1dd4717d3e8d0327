export type { ReactionsDeps } from './context.ts';
export type { ReactionView } from './list-reactions.ts';
export type { NewReaction } from './react.ts';
export { createReactions, type Reactions } from './reactions.ts';
export { type Reaction, reactionKey, reactionShards, reactionsByPost, reactionsByUser } from './tables.ts';

/** Hint, with the post author's id as key: `reaction.changed` {postId, userId, authorId}; with it goes `counts.changed`. */
export type ReactionHintKind = 'reaction.changed';
