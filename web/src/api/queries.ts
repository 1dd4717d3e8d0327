/** Everything that pages ask of the server, each under the key it is kept by. */
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { api } from './client.ts';
import { feedKey, postsKey, userPostsKey } from './posts-cache.ts';

export type FeedOrder = 'recent' | 'relevant';
const pageSize = 20;
const peoplePageSize = 50;

interface Asked {
  pageParam: string | undefined;
  signal: AbortSignal;
}

/** The first page has no cursor, and the last none for another. */
export const paging = {
  initialPageParam: undefined as string | undefined,
  getNextPageParam: (page: { nextCursor: string | null }) => page.nextCursor ?? undefined,
};
const next = ({ pageParam }: Asked, limit = pageSize) => ({ limit, cursor: pageParam });

export const feedQuery = (userId: string, order: FeedOrder) =>
  infiniteQueryOptions({
    queryKey: feedKey(order),
    queryFn: (asked: Asked) =>
      api.get('/v1/feeds/{userId}', {
        path: { userId },
        query: { ...next(asked), order },
        signal: asked.signal,
      }),
    ...paging,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: Number.POSITIVE_INFINITY,
  });

export const postQuery = (id: string) =>
  queryOptions({
    queryKey: [postsKey, 'one', id],
    queryFn: ({ signal }) => api.get('/v1/posts/{id}', { path: { id }, signal }),
  });

export const userPostsQuery = (userId: string, hasMedia = false) =>
  infiniteQueryOptions({
    queryKey: userPostsKey(userId, hasMedia),
    queryFn: (asked: Asked) =>
      api.get('/v1/users/{id}/posts', {
        path: { id: userId },
        query: { ...next(asked), ...(hasMedia && { hasMedia }) },
        signal: asked.signal,
      }),
    ...paging,
  });

export const commentsQuery = (postId: string) =>
  infiniteQueryOptions({
    queryKey: ['comments', postId],
    queryFn: (asked: Asked) =>
      api.get('/v1/posts/{id}/comments', {
        path: { id: postId },
        query: next(asked, peoplePageSize),
        signal: asked.signal,
      }),
    ...paging,
  });

export const likesQuery = (postId: string) =>
  infiniteQueryOptions({
    queryKey: ['likes', postId],
    queryFn: (asked: Asked) =>
      api.get('/v1/posts/{id}/likes', {
        path: { id: postId },
        query: next(asked, peoplePageSize),
        signal: asked.signal,
      }),
    ...paging,
    staleTime: 0,
  });

export const userQuery = (idOrName: string) =>
  queryOptions({
    queryKey: ['user', idOrName],
    queryFn: ({ signal }) => api.get('/v1/users/{id}', { path: { id: idOrName }, signal }),
  });

export const peopleQuery = (userId: string, which: 'followers' | 'following') =>
  infiniteQueryOptions({
    queryKey: ['people', which, userId],
    queryFn: (asked: Asked) =>
      api.get(`/v1/users/{id}/${which}`, {
        path: { id: userId },
        query: next(asked, peoplePageSize),
        signal: asked.signal,
      }),
    ...paging,
    staleTime: 0,
  });

export const ownPeopleQuery = (which: 'blocks' | 'mutes' | 'follow-requests') =>
  infiniteQueryOptions({
    queryKey: ['people', which],
    queryFn: (asked: Asked) =>
      api.get(`/v1/${which}`, { query: next(asked, peoplePageSize), signal: asked.signal }),
    ...paging,
    staleTime: 0,
  });

export const notificationsKey = ['notifications'] as const;
export const notificationsQuery = () =>
  infiniteQueryOptions({
    queryKey: notificationsKey,
    queryFn: (asked: Asked) => api.get('/v1/notifications', { query: next(asked), signal: asked.signal }),
    ...paging,
  });

export const searchPostsQuery = (q: string) =>
  infiniteQueryOptions({
    queryKey: [postsKey, 'search', q],
    queryFn: async (asked: Asked) => {
      const page = await api.get('/v1/search', {
        query: { q, type: 'posts', ...next(asked) },
        signal: asked.signal,
      });
      return { ...page, items: page.items.flatMap((item) => ('author' in item ? [item] : [])) };
    },
    ...paging,
  });

export const searchPeopleQuery = (q: string) =>
  infiniteQueryOptions({
    queryKey: ['search', 'people', q],
    queryFn: async (asked: Asked) => {
      const page = await api.get('/v1/search', {
        query: { q, type: 'users', ...next(asked) },
        signal: asked.signal,
      });
      return { ...page, items: page.items.flatMap((item) => ('username' in item ? [item] : [])) };
    },
    ...paging,
  });

export const searchTagsQuery = (q: string) =>
  infiniteQueryOptions({
    queryKey: ['search', 'tags', q],
    queryFn: async (asked: Asked) => {
      const page = await api.get('/v1/search', {
        query: { q, type: 'hashtags', ...next(asked) },
        signal: asked.signal,
      });
      return { ...page, items: page.items.flatMap((item) => ('hashtag' in item ? [item] : [])) };
    },
    ...paging,
  });

export const trendsQuery = () =>
  queryOptions({
    queryKey: ['trends'],
    queryFn: ({ signal }) => api.get('/v1/search/trending', { query: { limit: 10 }, signal }),
  });

export const sessionsQuery = () =>
  queryOptions({ queryKey: ['sessions'], queryFn: () => api.get('/v1/sessions'), staleTime: 0 });

export const appPasswordsQuery = () =>
  queryOptions({
    queryKey: ['app-passwords'],
    queryFn: () => api.get('/v1/users/me/app-passwords'),
    staleTime: 0,
  });
