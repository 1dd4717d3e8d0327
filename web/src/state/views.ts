/** Tells the server which posts were looked at, and for how long, for the order by relevance. Sent in batches. */
import { api } from '../api/client.ts';
import { me } from './session.ts';

/** Less is scrolling past. */
const seenMsMin = 500;
const sendEveryMs = 15_000;
const batchMax = 50;
/** More than half of it, or half of the window. */
const threshold = 0.5;

const begun = new Map<Element, { postId: string; sinceMs: number }>();
const dwelt = new Map<string, number>();
const idOf = new WeakMap<Element, string>();
let timer: ReturnType<typeof setTimeout> | undefined;

const watcher = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) {
      const postId = idOf.get(target);
      if (isIntersecting && postId) begun.set(target, { postId, sinceMs: performance.now() });
      else end(target);
    }
  },
  { threshold },
);

/** For an effect: answers what to do when the post is no longer there. */
export function noteView(element: Element, postId: string): () => void {
  idOf.set(element, postId);
  watcher.observe(element);
  return () => {
    watcher.unobserve(element);
    end(element);
  };
}

function end(element: Element): void {
  const view = begun.get(element);
  begun.delete(element);
  if (!view) return;
  const dwellMs = Math.round(performance.now() - view.sinceMs);
  if (dwellMs < seenMsMin) return;
  dwelt.set(view.postId, (dwelt.get(view.postId) ?? 0) + dwellMs);
  timer ??= setTimeout(send, sendEveryMs);
}

function send(): void {
  clearTimeout(timer);
  timer = undefined;
  if (!me() || dwelt.size === 0) return;
  const views = [...dwelt].slice(0, batchMax).map(([postId, dwellMs]) => ({ postId, dwellMs }));
  dwelt.clear();
  // Nothing is lost with it but a hint for the order by relevance.
  api.post('/v1/views', { body: { views } }).catch(() => {});
}

document.addEventListener('visibilitychange', () => {
  if (document.visibilityState !== 'hidden') return;
  for (const element of [...begun.keys()]) end(element);
  send();
});
