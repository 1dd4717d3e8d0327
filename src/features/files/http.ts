import { Type } from 'typebox';
import { type App, caller, idSchema, listOf, listQuery } from '../../http/route.ts';
import type { ShownNode } from './context.ts';
import type { FilesFeature } from './files.ts';
import { historyRoutes } from './http-history.ts';
import { pageOf } from './http-paging.ts';
import { sharingRoutes } from './http-sharing.ts';
import { nodeSchema } from './node-schema.ts';
import { nodeJson } from './present-nodes.ts';
import { orStale } from './present-stale.ts';
import { targetOf } from './target.ts';

export interface FileRoutesDeps {
  files: FilesFeature;
  /** Where people reach this server; undefined: as they asked for it. */
  publicUrl: string | undefined;
  /** Whom a share is for, by id or `@username`. */
  personOf: (reference: string) => Promise<string | undefined>;
}

const params = Type.Object({ id: idSchema });
const pathSchema = Type.String({
  maxLength: 4096,
  description: 'In one’s own files, such as `/Photos/2026`.',
});
const nameSchema = Type.String({ maxLength: 1020, description: 'To 255 bytes of UTF-8.' });

const contentOf = ({ entry }: ShownNode) => entry?.content;

export function fileRoutes(app: App, deps: FileRoutesDeps): void {
  const { files } = deps;
  readingRoutes(app, files);
  pathRoute(app, files);
  storageRoute(app, files);
  writingRoutes(app, files);
  historyRoutes(app, files);
  sharingRoutes(app, deps);
}

function readingRoutes(app: App, files: FilesFeature): void {
  app.get(
    '/v1/files',
    {
      schema: {
        tags: ['files'],
        summary: 'What a folder holds, by name',
        description: 'One’s own root where neither `path` nor `parentId` is given.',
        querystring: Type.Object({
          path: Type.Optional(pathSchema),
          parentId: Type.Optional(idSchema),
          ...listQuery,
        }),
        response: { 200: Type.Object({ ...listOf(nodeSchema).properties, folder: nodeSchema }) },
      },
      config: { auth: 'required' },
    },
    async (request) => {
      const { path, parentId } = request.query;
      const place = { path, id: parentId };
      const page = await files.list(caller(request), place, pageOf(request.query));
      await files.fillChecksums(page.items, contentOf);
      return {
        items: page.items.map(nodeJson),
        nextCursor: page.nextCursor,
        folder: nodeJson(await files.get(caller(request), place)),
      };
    },
  );

  app.get(
    '/v1/files/:id',
    {
      schema: {
        tags: ['files'],
        summary: 'One file or folder',
        params,
        response: { 200: nodeSchema },
      },
      config: { auth: 'required' },
    },
    async (request) => {
      const node = await files.get(caller(request), { id: request.params.id });
      await files.fillChecksums([node], contentOf);
      return nodeJson(node);
    },
  );
}

function pathRoute(app: App, files: FilesFeature): void {
  app.get(
    '/v1/files/by-path',
    {
      schema: {
        tags: ['files'],
        summary: 'One’s own file or folder at a path',
        querystring: Type.Object({ path: pathSchema }),
        response: { 200: nodeSchema },
      },
      config: { auth: 'required' },
    },
    async (request) => {
      const node = await files.get(caller(request), { path: request.query.path });
      await files.fillChecksums([node], contentOf);
      return nodeJson(node);
    },
  );
}

function storageRoute(app: App, files: FilesFeature): void {
  const bytes = Type.Integer({ minimum: 0 });
  app.get(
    '/v1/users/me/storage',
    {
      schema: {
        tags: ['files'],
        summary: 'What one’s files, photos and videos take, and may take',
        response: {
          200: Type.Object({
            quotaBytes: bytes,
            usedBytes: bytes,
            filesBytes: Type.Integer({
              minimum: 0,
              description: 'Every kept version and the trash included.',
            }),
            mediaBytes: Type.Integer({
              minimum: 0,
              description: 'Photos and videos, as they were uploaded.',
            }),
          }),
        },
      },
      config: { auth: 'required' },
    },
    async (request) => {
      const { quotaBytes, filesBytes, otherBytes } = await files.roomOf(caller(request).userId);
      return { quotaBytes, usedBytes: filesBytes + otherBytes, filesBytes, mediaBytes: otherBytes };
    },
  );
}

function writingRoutes(app: App, files: FilesFeature): void {
  app.post(
    '/v1/folders',
    {
      schema: {
        tags: ['files'],
        summary: 'Make a folder',
        description: 'By `path`, or by `parentId` and `name`. The folders above it must be there.',
        body: Type.Object({
          path: Type.Optional(pathSchema),
          parentId: Type.Optional(idSchema),
          name: Type.Optional(nameSchema),
        }),
        response: { 201: nodeSchema },
      },
      config: { auth: 'required', idempotent: true },
    },
    async (request, reply) => {
      const { node } = await files.createFolder(caller(request), targetOf(request.body), request.claim);
      return reply.code(201).send(nodeJson(node));
    },
  );

  app.patch(
    '/v1/files/:id',
    {
      schema: {
        tags: ['files'],
        summary: 'Rename or move a file or folder',
        description:
          'Within the files of one person. With `baseVersionId`, only where that is still the current version; else 409 with what is `current`.',
        params,
        body: Type.Object({
          name: Type.Optional(nameSchema),
          parentId: Type.Optional(idSchema),
          baseVersionId: Type.Optional(idSchema),
        }),
        response: { 200: nodeSchema },
      },
      config: { auth: 'required' },
    },
    async (request) =>
      nodeJson(await orStale(files.change(caller(request), request.params.id, request.body))),
  );

  app.delete(
    '/v1/files/:id',
    {
      schema: {
        tags: ['files'],
        summary: 'Put a file or folder into the trash',
        description:
          'A folder goes as one entry, with all it holds. With `baseVersionId`, only where that is still the current version.',
        params,
        querystring: Type.Object({ baseVersionId: Type.Optional(idSchema) }),
        response: { 204: Type.Null() },
      },
      config: { auth: 'required' },
    },
    async (request, reply) => {
      await orStale(files.delete(caller(request), request.params.id, request.query));
      return reply.code(204).send(null);
    },
  );
}
