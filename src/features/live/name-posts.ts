import { type Id, isId } from '../../lib/ids.ts';
import type { Graph } from '../graph/index.ts';
import type { Posts } from '../posts/index.ts';
import type { Audience } from './audience.ts';
import { frame, type OpenStream } from './open-stream.ts';

export interface NamePostsDeps {
  graph: Pick<Graph, 'viewer'>;
  posts: Pick<Posts, 'cardsById' | 'visible'>;
}

/**
 * The page says that it shows these posts: those that its reader may see are watched from now on. Of the others the
 * stream says `removed` at once, hidden and absent alike, and nothing of them later.
 */
export async function namePosts(
  { graph, posts }: NamePostsDeps,
  audience: Audience,
  stream: OpenStream,
  { postIds, watchedMax }: { postIds: readonly Id[]; watchedMax: number },
): Promise<void> {
  const named = [...new Set(postIds.filter((postId) => isId(postId)))].slice(-watchedMax);
  if (named.length === 0 || stream.isClosed) return;
  // Watched while they are being checked, so that no change falls between.
  const check = stream.beginCheck(named);
  try {
    for (const postId of named) audience.watch(stream, postId, watchedMax);
    const [viewer, cards] = await Promise.all([graph.viewer(stream.userId), posts.cardsById(named)]);
    const present = cards.filter((card) => card !== undefined);
    const seen = present.length > 0 ? await posts.visible(viewer, present) : [];
    const visible = new Set(present.filter((_, i) => seen[i]).map(({ id }) => id));
    for (const postId of named) {
      if (visible.has(postId) && !check.hidden.has(postId)) continue;
      audience.unwatch(stream, postId);
      stream.send(removedFrame(postId));
    }
  } catch (error) {
    for (const postId of named) audience.unwatch(stream, postId);
    throw error;
  } finally {
    stream.endCheck(check);
  }
}

export const removedFrame = (postId: Id, position?: number): string =>
  frame('post-changed', JSON.stringify({ postId, what: 'removed' }), position);
