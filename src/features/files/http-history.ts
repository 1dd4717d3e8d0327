import { Type } from 'typebox';
import { type App, caller, idSchema, listOf, listQuery, timeSchema } from '../../http/route.ts';
import type { Principal } from '../../lib/principal.ts';
import type { FilesFeature } from './files.ts';
import { pageOf } from './http-paging.ts';
import type { Moment } from './moment.ts';
import {
  changeSchema,
  nodeSchema,
  pastNodeSchema,
  snapshotSchema,
  trashSchema,
  versionSchema,
} from './node-schema.ts';
import { changeJson, nodeJson, plainNode, snapshotJson, trashJson, versionJson } from './present-nodes.ts';

const params = Type.Object({ id: idSchema });
const pathSchema = Type.Optional(Type.String({ maxLength: 4096, description: 'Default `/`: everything.' }));
const signedIn = { auth: 'required' } as const;
const rootQuery = {
  rootId: Type.Optional(
    Type.String({
      maxLength: 64,
      description: 'A folder, also one that is shared; default: one’s own root.',
    }),
  ),
};

/** Trash, versions, snapshots, going back, and what changed. */
export function historyRoutes(app: App, files: FilesFeature): void {
  trashRoutes(app, files);
  versionRoutes(app, files);
  snapshotRoutes(app, files);
  restoreRoutes(app, files);
  changeRoutes(app, files);
}

function trashRoutes(app: App, files: FilesFeature): void {
  app.get(
    '/v1/trash',
    {
      schema: {
        tags: ['files'],
        summary: 'One’s trash, newest first',
        description: 'What lies there for 30 days is deleted for good.',
        querystring: Type.Object(listQuery),
        response: { 200: listOf(trashSchema) },
      },
      config: signedIn,
    },
    async (request) => {
      const page = await files.trash(caller(request), pageOf(request.query));
      await files.fillChecksums(page.items, ({ content }) => content);
      return { items: page.items.map(trashJson), nextCursor: page.nextCursor };
    },
  );
  app.post(
    '/v1/trash/:id/restore',
    {
      schema: {
        tags: ['files'],
        summary: 'Put something back where it was',
        description: 'Under another name where its own is taken, and into the root where its folder is gone.',
        params,
        response: { 200: nodeSchema },
      },
      config: signedIn,
    },
    async (request) => nodeJson(await files.restoreFromTrash(caller(request), request.params.id)),
  );
  app.delete(
    '/v1/trash/:id',
    {
      schema: {
        tags: ['files'],
        summary: 'Delete something in the trash for good',
        description: 'Only snapshots keep it then.',
        params,
        response: { 204: Type.Null() },
      },
      config: signedIn,
    },
    async (request, reply) => {
      await files.deleteForGood(caller(request), request.params.id);
      return reply.code(204).send(null);
    },
  );
}

function versionRoutes(app: App, files: FilesFeature): void {
  app.get(
    '/v1/files/:id/versions',
    {
      schema: {
        tags: ['files'],
        summary: 'A file’s versions, newest first',
        description: 'All of the last 30 days; before that, as the file was at each midnight (UTC).',
        params,
        querystring: Type.Object(listQuery),
        response: { 200: listOf(versionSchema) },
      },
      config: signedIn,
    },
    async (request) => {
      const page = await files.versions(caller(request), request.params.id, pageOf(request.query));
      await files.fillChecksums(page.items, ({ content }) => content);
      return { items: page.items.map(versionJson), nextCursor: page.nextCursor };
    },
  );
  app.post(
    '/v1/files/:id/versions/:versionId/restore',
    {
      schema: {
        tags: ['files'],
        summary: 'Make an earlier version the current one',
        description: 'As a new version: nothing is lost.',
        params: Type.Object({ id: idSchema, versionId: idSchema }),
        response: { 200: nodeSchema },
      },
      config: signedIn,
    },
    async (request) => {
      const { id, versionId } = request.params;
      return nodeJson(await files.restoreVersion(caller(request), id, versionId));
    },
  );
}

function snapshotRoutes(app: App, files: FilesFeature): void {
  app.get(
    '/v1/snapshots',
    {
      schema: {
        tags: ['files'],
        summary: 'One’s snapshots, newest first',
        querystring: Type.Object(listQuery),
        response: { 200: listOf(snapshotSchema) },
      },
      config: signedIn,
    },
    async (request) => {
      const page = await files.snapshots(caller(request), pageOf(request.query));
      return { items: page.items.map(snapshotJson), nextCursor: page.nextCursor };
    },
  );
  app.post(
    '/v1/snapshots',
    {
      schema: {
        tags: ['files'],
        summary: 'Keep all of one’s files as they are now',
        description: 'Kept until it is removed. Takes no room but what is changed or deleted later.',
        body: Type.Object({ name: Type.Optional(Type.String({ maxLength: 200 })) }),
        response: { 201: snapshotSchema },
      },
      config: { auth: 'required', idempotent: true },
    },
    async (request, reply) => {
      const made = await files.makeSnapshot(caller(request), request.body, request.claim);
      return reply.code(201).send(snapshotJson(made));
    },
  );
  app.delete(
    '/v1/snapshots/:id',
    {
      schema: { tags: ['files'], summary: 'Remove a snapshot', params, response: { 204: Type.Null() } },
      config: signedIn,
    },
    async (request, reply) => {
      await files.removeSnapshot(caller(request), request.params.id);
      return reply.code(204).send(null);
    },
  );
  app.get(
    '/v1/snapshots/:id/files',
    {
      schema: {
        tags: ['files'],
        summary: 'What a folder held in a snapshot, by name',
        params,
        querystring: Type.Object({ path: pathSchema, ...listQuery }),
        response: { 200: listOf(pastNodeSchema) },
      },
      config: signedIn,
    },
    async (request) => {
      return listPast(files, caller(request), { snapshotId: request.params.id }, request.query);
    },
  );
}

async function listPast(
  files: FilesFeature,
  who: Principal,
  moment: Moment,
  query: { path?: string; limit?: number; cursor?: string },
) {
  const page = await files.pastFolder(who, moment, { path: query.path, ...pageOf(query) });
  await files.fillChecksums(page.items, ({ content }) => content);
  const items = page.items.map((entry) => plainNode(entry, page.folderId));
  return { items, nextCursor: page.nextCursor };
}

function restoreRoutes(app: App, files: FilesFeature): void {
  app.post(
    '/v1/snapshots/:id/restore',
    {
      schema: {
        tags: ['files'],
        summary: 'Go back to a snapshot, with everything or with what lay at a path',
        description:
          'What came since goes into the trash. All of it are changes like any others, so it can be undone by going back to the moment before.',
        params,
        body: Type.Object({ path: pathSchema }),
        response: { 204: Type.Null() },
      },
      config: signedIn,
    },
    async (request, reply) => {
      await files.restore(caller(request), { snapshotId: request.params.id }, request.body.path);
      return reply.code(204).send(null);
    },
  );
  app.get(
    '/v1/files/past',
    {
      schema: {
        tags: ['files'],
        summary: 'What a folder of one’s own held at a moment, by name',
        description: 'At any moment of the last 30 days; before that, at the midnight (UTC) before.',
        querystring: Type.Object({ at: timeSchema, path: pathSchema, ...listQuery }),
        response: { 200: listOf(pastNodeSchema) },
      },
      config: signedIn,
    },
    async (request) =>
      listPast(files, caller(request), { atMs: Date.parse(request.query.at) }, request.query),
  );
  app.post(
    '/v1/files/restore',
    {
      schema: {
        tags: ['files'],
        summary: 'Go back to a moment, with everything or with what lay at a path',
        description:
          'To any moment of the last 30 days; before that, to the midnight (UTC) before. What was deleted for good does not come back.',
        body: Type.Object({ at: timeSchema, path: pathSchema }),
        response: { 204: Type.Null() },
      },
      config: signedIn,
    },
    async (request, reply) => {
      const { at, path } = request.body;
      await files.restore(caller(request), { atMs: Date.parse(at) }, path);
      return reply.code(204).send(null);
    },
  );
}

function changeRoutes(app: App, files: FilesFeature): void {
  app.get(
    '/v1/changes',
    {
      schema: {
        tags: ['files'],
        summary: 'What changed, in order',
        description:
          'After a cursor, or from the beginning. What moved out of the folder asked about is `deleted` there, and a folder that came in is `created`, with all it holds. The stream’s `change` says when to ask.',
        querystring: Type.Object({ ...listQuery, ...rootQuery }),
        response: {
          200: Type.Object({
            items: Type.Array(changeSchema),
            nextCursor: Type.String(),
            hasMore: Type.Boolean(),
          }),
        },
      },
      config: signedIn,
    },
    async (request) => {
      const { rootId } = request.query;
      const page = await files.changes(caller(request), { ...pageOf(request.query), rootId });
      await files.fillChecksums(page.items, ({ node }) => node.content);
      return { ...page, items: page.items.map(changeJson) };
    },
  );
  app.get(
    '/v1/changes/latest',
    {
      schema: {
        tags: ['files'],
        summary: 'Where the changes to come begin',
        querystring: Type.Object(rootQuery),
        response: { 200: Type.Object({ cursor: Type.String() }) },
      },
      config: signedIn,
    },
    async (request) => ({ cursor: await files.latestCursor(caller(request), request.query) }),
  );
}
