/**
 * What happens while the page is open, as server-sent events. One stream for the page, and none while it is hidden:
 * browsers open only six connections to a server.
 */
import type { InfiniteData } from '@tanstack/react-query';
import type { Comment, Notification, Post } from '../../../sdk/schema.ts';
import { api } from '../api/client.ts';
import {
  addPosts,
  changePost,
  failPosts,
  feedKey,
  type Page,
  postsKey,
  removePost,
} from '../api/posts-cache.ts';
import { notificationsKey } from '../api/queries.ts';
import { queryClient } from '../api/query-client.ts';
import { refreshFiles } from '../api/refresh-files.ts';
import { announcePosts, withdrawPost } from './new-posts.ts';
import { forgetSession, me, onMeChange, refreshMe } from './session.ts';
import { createStore } from './store.ts';

export const unread = createStore(0);

const shownPostsMax = 100;
const nameAfterMs = 300;
const reopenMs = 5000;
/** After an answer that did not come. */
const catchUpAgainMs = 5000;
/** As the server has it fetched ahead of the app. */
const firstPage = { limit: 20, order: 'recent' } as const;

let source: EventSource | undefined;
let streamId: string | undefined;
let hasBeenAway = false;
const shown = new Set<string>();
let catchingUpAgain: ReturnType<typeof setTimeout> | undefined;
let naming: ReturnType<typeof setTimeout> | undefined;

export function startLive(): void {
  const fit = () => {
    if (me() && document.visibilityState === 'visible') open();
    else close();
  };
  document.addEventListener('visibilitychange', fit);
  addEventListener('online', fit);
  onMeChange(fit);
  fit();
}

/** The stream tells of changes to posts that it knows are on the screen. */
export function watchPost(id: string): void {
  shown.delete(id);
  shown.add(id);
  if (naming !== undefined) return;
  naming = setTimeout(() => {
    naming = undefined;
    namePosts();
  }, nameAfterMs);
}

function namePosts(): void {
  if (!streamId || shown.size === 0) return;
  const postIds = [...shown].slice(-shownPostsMax);
  shown.clear();
  // Its only loss is that counts stand still until the next visit.
  api.put('/v1/stream/{streamId}/posts', { path: { streamId }, body: { postIds } }).catch(() => {});
}

function close(): void {
  if (!source) return;
  source.close();
  source = undefined;
  streamId = undefined;
  hasBeenAway = true;
}

function open(): void {
  if (source) return;
  const stream = new EventSource('/v1/stream');
  source = stream;
  const on = <Data>(name: string, handle: (data: Data) => void) =>
    stream.addEventListener(name, (event) =>
      handle(JSON.parse((event as MessageEvent<string>).data) as Data),
    );
  on<{ streamId: string }>('ready', (data) => {
    streamId = data.streamId;
    namePosts();
    if (hasBeenAway) catchUp();
    hasBeenAway = true;
  });
  on<{ post?: Post }>('post', ({ post }) => post && takePost(post));
  on<{ postId: string; what: string; post?: Post }>('post-changed', ({ postId, what, post }) => {
    if (what === 'removed') {
      withdrawPost(postId);
      removePost(postId);
      void queryClient.invalidateQueries({ queryKey: [postsKey, 'one', postId] });
    } else if (post) changePost(postId, (known) => ({ ...post, viewer: known.viewer, counts: known.counts }));
  });
  on<{ postId: string; counts: Post['counts'] }>('counts', ({ postId, counts }) => {
    changePost(postId, (post) => ({ ...post, counts }));
    if (knownComments(postId) !== counts.comments)
      void queryClient.invalidateQueries({ queryKey: ['comments', postId] });
  });
  on<{ unread: number; notification: Notification | null }>('notification', (data) => {
    const isNews = data.unread !== unread.get();
    unread.set(data.unread);
    if (isNews) void queryClient.invalidateQueries({ queryKey: notificationsKey });
  });
  on<{ mediaId: string; state: string }>('media', ({ mediaId, state }) => {
    if (state === 'failed') failPosts(mediaId);
  });
  on('change', () => refreshFiles());
  on('reset', () => catchUp());
  on('end', () => forgetSession());
  stream.addEventListener('error', () => {
    if (stream.readyState !== EventSource.CLOSED) return;
    close();
    // Refused rather than broken: the session may have ended.
    setTimeout(
      () => void refreshMe().then(() => me() && document.visibilityState === 'visible' && open()),
      reopenMs,
    );
  });
}

/** How many are on the page; undefined where they have not all been asked for. */
function knownComments(postId: string): number | undefined {
  const data = queryClient.getQueryData<InfiniteData<Page<Comment>>>(['comments', postId]);
  if (!data || data.pages.at(-1)?.nextCursor) return undefined;
  return data.pages.flatMap(({ items }) => items).filter(({ deleted }) => !deleted).length;
}

function takePost(post: Post): void {
  changePost(post.id, (known) => ({ ...post, viewer: known.viewer }));
  if (post.author.id === me()?.id) addPosts([post]);
  else announcePosts([post]);
}

/** Fetches what was missed: newer posts wait to be asked for, known ones are brought up to date. */
export async function catchUp(): Promise<void> {
  clearTimeout(catchingUpAgain);
  const userId = me()?.id;
  if (!userId || !queryClient.getQueryData(feedKey('recent'))) return;
  try {
    const page = await api.get('/v1/feeds/{userId}', { path: { userId }, query: firstPage });
    const posts = page.items.map(({ post }) => post);
    for (const post of posts) changePost(post.id, () => post);
    announcePosts(posts);
  } catch {
    // Offline still, or a server with too much to do: without what was missed the page would stay behind for good.
    catchingUpAgain = setTimeout(catchUp, catchUpAgainMs);
  }
}
