/**
 * What was written without a connection. It waits here, survives the tab, and is sent once when there is a
 * connection again: each request has the key that it would have had at first.
 */
import { api, KithError, problemText } from '../api/client.ts';
import { addPosts } from '../api/posts-cache.ts';
import { queryClient } from '../api/query-client.ts';
import { t } from '../i18n/translate.ts';
import { keep, kept } from './keep.ts';
import { createStore } from './store.ts';
import { say } from './toasts.ts';

export type Queued =
  | {
      path: '/v1/posts';
      key: string;
      body: { text: string; mediaIds?: string[]; visibility?: 'public' | 'followers' | 'only-me' };
    }
  | { path: '/v1/comments'; key: string; body: { postId: string; comment: string; parentId?: string | null } }
  | {
      path: '/v1/likes';
      key: string;
      body: { postId: string; reaction: 'like' | 'love' | 'laugh' | 'wow' | 'sad' };
    };

const storageKey = 'kith.own.outbox';
const queuedMax = 100;
export const outbox = createStore<readonly Queued[]>(kept<Queued[]>(storageKey) ?? []);
outbox.subscribe(() => keep(storageKey, outbox.get()));

let isSending = false;

export function queueRequest(request: Queued): void {
  if (outbox.get().some(({ key }) => key === request.key)) return;
  outbox.set([...outbox.get(), request].slice(-queuedMax));
}

export function startOutbox(): void {
  addEventListener('online', () => void sendQueued());
  void sendQueued();
}

/** In the order they were written. Stops where the server cannot be reached, drops with a word what it refuses. */
export async function sendQueued(): Promise<void> {
  if (isSending) return;
  isSending = true;
  try {
    for (let first = outbox.get()[0]; first; first = outbox.get()[0]) {
      if (!(await sendOne(first))) return;
      const sent = first.key;
      outbox.set(outbox.get().filter(({ key }) => key !== sent));
    }
  } finally {
    isSending = false;
  }
}

async function sendOne(request: Queued): Promise<boolean> {
  try {
    if (request.path === '/v1/posts') {
      addPosts([await api.post(request.path, { body: request.body, idempotencyKey: request.key })]);
      say(t('post.sent'));
    } else if (request.path === '/v1/comments') {
      await api.post(request.path, { body: request.body, idempotencyKey: request.key });
      await queryClient.invalidateQueries({ queryKey: ['comments', request.body.postId] });
    } else {
      await api.post(request.path, { body: request.body, idempotencyKey: request.key });
    }
    return true;
  } catch (error) {
    const mayPass = error instanceof KithError && (error.status === 0 || error.status >= 429);
    if (!mayPass) say(problemText(error));
    return !mayPass;
  }
}
