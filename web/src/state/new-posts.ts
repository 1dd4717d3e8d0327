/** Posts that arrived while the feed was open. They wait until the person asks for them, so that nothing moves. */
import type { Post } from '../../../sdk/schema.ts';
import { addPosts, knownFeedIds } from '../api/posts-cache.ts';
import { createStore } from './store.ts';

/** More than a page: then the feed is better fetched afresh. */
export const waitingMax = 50;

export const waitingPosts = createStore<readonly Post[]>([]);

/** Newest first. */
export function announcePosts(posts: readonly Post[]): void {
  const known = knownFeedIds();
  const waiting = waitingPosts.get();
  const fresh = posts.filter(({ id }) => !known.has(id) && !waiting.some((post) => post.id === id));
  if (fresh.length > 0) waitingPosts.set([...fresh, ...waiting].slice(0, waitingMax));
}

export function withdrawPost(id: string): void {
  const waiting = waitingPosts.get();
  if (waiting.some((post) => post.id === id)) waitingPosts.set(waiting.filter((post) => post.id !== id));
}

export function showWaitingPosts(): void {
  addPosts(waitingPosts.get());
  waitingPosts.set([]);
}
