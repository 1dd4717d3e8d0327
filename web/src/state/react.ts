import type { Post } from '../../../sdk/schema.ts';
import { api, freshKey, KithError } from '../api/client.ts';
import { changePost } from '../api/posts-cache.ts';
import { queueRequest } from './outbox.ts';
import { sayProblem } from './toasts.ts';

export const reactionKinds = ['like', 'love', 'laugh', 'wow', 'sad'] as const;
export type ReactionKind = (typeof reactionKinds)[number];

/** Shows the reaction at once, and takes it back if the server does not have it. */
export async function react(post: Post, kind: ReactionKind | null): Promise<void> {
  const before = post.viewer.reaction;
  if (before === kind) return;
  changePost(post.id, (known) => withReaction(known, kind));
  try {
    if (kind) await api.post('/v1/likes', { body: { postId: post.id, reaction: kind } });
    else await api.delete('/v1/likes/{postId}', { path: { postId: post.id } });
  } catch (error) {
    if (kind && error instanceof KithError && error.code === 'offline') {
      queueRequest({ path: '/v1/likes', key: freshKey(), body: { postId: post.id, reaction: kind } });
      return;
    }
    changePost(post.id, (known) => withReaction(known, before));
    sayProblem(error);
  }
}

function withReaction(post: Post, kind: ReactionKind | null): Post {
  const { reaction: before } = post.viewer;
  const reactions = { ...post.counts.reactions };
  if (before) reactions[before] = Math.max(0, (reactions[before] ?? 0) - 1);
  if (kind) reactions[kind] = (reactions[kind] ?? 0) + 1;
  const likes = post.counts.likes + (kind ? 1 : 0) - (before ? 1 : 0);
  return { ...post, viewer: { reaction: kind }, counts: { ...post.counts, reactions, likes } };
}
