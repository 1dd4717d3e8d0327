/** What pages about files ask of the server. */
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import type { FileNode } from '../../../../sdk/schema.ts';
import { api } from '../../api/client.ts';
import { paging } from '../../api/queries.ts';
import { filesKey } from '../../api/refresh-files.ts';

const pageSize = 100;
const trailMax = 70;

/** A folder of one's own by its path, any other by its id. */
export type Place = { path: string } | { id: string };

export const folderQuery = (place: Place) =>
  infiniteQueryOptions({
    queryKey: [filesKey, 'folder', place],
    queryFn: ({ pageParam, signal }) => {
      const where = 'id' in place ? { parentId: place.id } : { path: `/${place.path}` };
      return api.get('/v1/files', { query: { ...where, limit: pageSize, cursor: pageParam }, signal });
    },
    ...paging,
    staleTime: 0,
  });

/** From the uppermost folder that one may see down to the one asked for. */
export const trailQuery = (id: string | undefined) =>
  queryOptions({
    queryKey: [filesKey, 'trail', id],
    queryFn: async ({ signal }) => {
      const trail: FileNode[] = [];
      let next: string | null = id!;
      while (next !== null && trail.length < trailMax) {
        const node: FileNode = await api.get('/v1/files/{id}', { path: { id: next }, signal });
        trail.unshift(node);
        next = node.parentId;
      }
      return trail;
    },
    enabled: id !== undefined,
    staleTime: 0,
  });

export const sharedQuery = () =>
  infiniteQueryOptions({
    queryKey: [filesKey, 'shared'],
    queryFn: ({ pageParam, signal }) =>
      api.get('/v1/shared-with-me', { query: { limit: pageSize, cursor: pageParam }, signal }),
    ...paging,
    staleTime: 0,
  });

export const trashQuery = () =>
  infiniteQueryOptions({
    queryKey: [filesKey, 'trash'],
    queryFn: ({ pageParam, signal }) =>
      api.get('/v1/trash', { query: { limit: pageSize, cursor: pageParam }, signal }),
    ...paging,
    staleTime: 0,
  });

export const versionsQuery = (id: string) =>
  infiniteQueryOptions({
    queryKey: [filesKey, 'versions', id],
    queryFn: ({ pageParam, signal }) =>
      api.get('/v1/files/{id}/versions', {
        path: { id },
        query: { limit: pageSize, cursor: pageParam },
        signal,
      }),
    ...paging,
    staleTime: 0,
  });

export const snapshotsQuery = () =>
  infiniteQueryOptions({
    queryKey: [filesKey, 'snapshots'],
    queryFn: ({ pageParam, signal }) =>
      api.get('/v1/snapshots', { query: { limit: pageSize, cursor: pageParam }, signal }),
    ...paging,
    staleTime: 0,
  });

/** All of one's files as they were, then. */
export type PastMoment = { snapshotId: string } | { at: string };

export const pastFolderQuery = (moment: PastMoment, path: string) =>
  infiniteQueryOptions({
    queryKey: [filesKey, 'past', moment, path],
    queryFn: ({ pageParam, signal }) => {
      const query = { path: `/${path}`, limit: pageSize, cursor: pageParam };
      if ('at' in moment) return api.get('/v1/files/past', { query: { ...query, at: moment.at }, signal });
      return api.get('/v1/snapshots/{id}/files', { path: { id: moment.snapshotId }, query, signal });
    },
    ...paging,
  });

export const fileSearchQuery = (q: string, rootId: string | undefined) =>
  infiniteQueryOptions({
    queryKey: [filesKey, 'search', q, rootId],
    queryFn: ({ pageParam, signal }) =>
      api.get('/v1/files/search', { query: { q, rootId, limit: pageSize, cursor: pageParam }, signal }),
    ...paging,
    enabled: rootId !== undefined && q !== '',
    staleTime: 0,
  });

export const storageQuery = () =>
  queryOptions({
    queryKey: [filesKey, 'storage'],
    queryFn: ({ signal }) => api.get('/v1/users/me/storage', { signal }),
    staleTime: 0,
  });

export const sharesQuery = (id: string) =>
  queryOptions({
    queryKey: [filesKey, 'shares', id],
    queryFn: ({ signal }) => api.get('/v1/files/{id}/shares', { path: { id }, signal }),
    staleTime: 0,
  });

/** A small picture of a picture or video; of a version, so that browsers may keep it. */
export const previewUrl = (id: string, versionId: string, size: 'small' | 'large'): string =>
  `/v1/files/${encodeURIComponent(id)}/preview?${new URLSearchParams({ size, versionId })}`;

/** The address of the bytes as they were, whatever became of the file since. */
export const pastContentUrl = (moment: PastMoment, path: string): string =>
  `/v1/files/past/content?${new URLSearchParams({ ...moment, path: `/${path}` })}`;

/** The address of the bytes. The server gives them as something to keep, never as a page. */
export function contentUrl(id: string, versionId?: string | null): string {
  const version = versionId ? `?versionId=${encodeURIComponent(versionId)}` : '';
  return `/v1/files/${encodeURIComponent(id)}/content${version}`;
}
