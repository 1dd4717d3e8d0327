/** Posts that arrived while the feed was open. They wait until the person asks for them, so that nothing moves. */
import type { Post } from '../../../sdk/schema.ts';
import { addPosts, knownFeedIds } from '../api/posts-cache.ts';
import { keep, kept } from './keep.ts';
import { createStore } from './store.ts';

/** More than a page: then the feed is better fetched afresh. */
export const waitingMax = 50;

export const waitingPosts = createStore<readonly Post[]>([]);

/**
 * Whether somebody is reading the feed, or will come back to a place in it. Otherwise new posts need not wait.
 * Further down than this they have begun to read.
 */
const readingFromPx = 200;
const placeKey = 'kith.own.place';
let isReading = (kept<number>(placeKey, sessionStorage) ?? 0) > readingFromPx;

/** To be called while the feed is shown. Answers what to do when it no longer is. */
export function readFeed(): () => void {
  let place = scrollY;
  isReading = true;
  const note = () => {
    place = scrollY;
  };
  const remember = () => keep(placeKey, place, sessionStorage);
  addEventListener('scroll', note, { passive: true });
  addEventListener('pagehide', remember);
  return () => {
    removeEventListener('scroll', note);
    removeEventListener('pagehide', remember);
    remember();
    isReading = place > readingFromPx;
  };
}

/** Newest first. */
export function announcePosts(posts: readonly Post[]): void {
  if (!isReading) {
    addPosts(posts);
    return;
  }
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
