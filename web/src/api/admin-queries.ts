/** What only administrators ask. */
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import type { Paths } from '../../../sdk/schema.ts';
import { api } from './client.ts';
import { paging } from './queries.ts';
import { queryClient } from './query-client.ts';

export type ReportAction = Paths['/v1/admin/reports/{id}/resolution']['post']['body']['action'];
interface Asked {
  pageParam: string | undefined;
}

const list = <Answer extends { nextCursor: string | null }>(
  name: string,
  ask: (cursor: string | undefined) => Promise<Answer>,
) =>
  infiniteQueryOptions({
    queryKey: ['admin', name],
    queryFn: ({ pageParam }: Asked) => ask(pageParam),
    ...paging,
    staleTime: 0,
  });

export const reportsQuery = () =>
  list('reports', (cursor) => api.get('/v1/admin/reports', { query: { cursor, state: 'open' } }));
export const accountsQuery = () =>
  list('accounts', (cursor) => api.get('/v1/admin/users', { query: { cursor, limit: 50 } }));
export const invitationsQuery = () =>
  list('invitations', (cursor) => api.get('/v1/admin/invitations', { query: { cursor } }));

export const failedMediaQuery = () =>
  list('failed-media', (cursor) => api.get('/v1/admin/media/failed', { query: { cursor } }));

const overviewEveryMs = 10_000;
/** Followed while somebody looks at it. */
export const overviewQuery = () =>
  queryOptions({
    queryKey: ['admin', 'overview'],
    queryFn: ({ signal }) => api.get('/v1/admin/overview', { signal }),
    staleTime: 0,
    refetchInterval: overviewEveryMs,
  });

const refresh = (name: string) => queryClient.invalidateQueries({ queryKey: ['admin', name] });

export async function resolveReport(id: string, action: ReportAction): Promise<void> {
  await api.post('/v1/admin/reports/{id}/resolution', { path: { id }, body: { action } });
  await refresh('reports');
}

export async function setClosed(id: string, isClosed: boolean): Promise<void> {
  await (isClosed
    ? api.put('/v1/admin/users/{id}/closure', { path: { id } })
    : api.delete('/v1/admin/users/{id}/closure', { path: { id } }));
  await refresh('accounts');
}

export async function setAdmin(id: string, isAdmin: boolean): Promise<void> {
  await api.put('/v1/admin/users/{id}/role', { path: { id }, body: { isAdmin } });
  await refresh('accounts');
}

export async function invite(): Promise<void> {
  await api.post('/v1/admin/invitations', { body: { uses: 1 } });
  await refresh('invitations');
}

export async function revokeInvitation(id: string): Promise<void> {
  await api.delete('/v1/admin/invitations/{id}', { path: { id } });
  await refresh('invitations');
}

/** Answers the address under which that person chooses a new password. */
export async function makeResetLink(id: string): Promise<string> {
  const { url } = await api.post('/v1/admin/users/{id}/password-reset', { path: { id } });
  return url;
}

export async function retryMedium(id: string): Promise<void> {
  await api.post('/v1/admin/media/{id}/retry', { path: { id } });
  await Promise.all([refresh('failed-media'), refresh('overview')]);
}
