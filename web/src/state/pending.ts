/**
 * Posts that wait for their photos and videos. The stream tells when they appear; where it does not come through, as
 * behind some proxies, they are asked for now and then.
 */
import { api } from '../api/client.ts';
import { changePost } from '../api/posts-cache.ts';

const askMsMin = 5000;
const askMsMax = 60_000;

/** For an effect: answers what to do when the post is no longer shown. */
export function followPending(id: string): () => void {
  let waitMs = askMsMin;
  const ask = async () => {
    try {
      const post = await api.get('/v1/posts/{id}', { path: { id } });
      if (post.state !== 'pending') return changePost(id, () => post);
    } catch {
      // Later, then.
    }
    waitMs = Math.min(askMsMax, waitMs * 2);
    timer = setTimeout(ask, waitMs);
  };
  let timer = setTimeout(ask, waitMs);
  return () => clearTimeout(timer);
}
