import { Type } from 'typebox';
import { receiving, withRawBodies } from '../../http/raw-bodies.ts';
import { type App, caller, idSchema } from '../../http/route.ts';
import { chunkBytesMax, chunksAskedMax, chunksNamedMax } from '../contents/index.ts';
import { nodeSchema, orStale, targetOf } from '../files/index.ts';
import { targetFields, timeIn, writtenJson } from './http-fields.ts';
import type { TransfersFeature } from './transfers.ts';

const sha256Schema = Type.String({ pattern: '^[0-9a-f]{64}$', description: 'SHA-256 in hex.' });
/** A manifest of `chunksNamedMax` chunks, with room. */
const manifestBytesMax = 16 * 1024 * 1024;

export function chunkRoutes(app: App, transfers: TransfersFeature): void {
  app.post(
    '/v1/chunks/missing',
    {
      bodyLimit: 256 * 1024,
      schema: {
        tags: ['files'],
        summary: 'Which chunks are still to be sent',
        description:
          'Those that this account has not itself proved to have; whether others have them is not told. The others are kept for a day at least.',
        body: Type.Object({ sha256: Type.Array(sha256Schema, { maxItems: chunksAskedMax }) }),
        response: { 200: Type.Object({ missing: Type.Array(Type.String()) }) },
      },
      config: { auth: 'required', limit: 'read' },
    },
    async (request) => ({ missing: await transfers.missing(caller(request).userId, request.body.sha256) }),
  );

  app.post(
    '/v1/files/manifest',
    {
      bodyLimit: manifestBytesMax,
      schema: {
        tags: ['files'],
        summary: 'Make a file, or its next version, of chunks that were sent',
        description:
          'The file’s `sha256` is null until it was verified. 409 where a chunk is missing, or `baseVersionId` is no longer current: then with what is `current`.',
        body: Type.Object({
          ...targetFields,
          baseVersionId: Type.Optional(idSchema),
          chunks: Type.Array(
            Type.Object({
              sha256: sha256Schema,
              sizeBytes: Type.Integer({ minimum: 1, maximum: chunkBytesMax }),
            }),
            { maxItems: chunksNamedMax },
          ),
        }),
        response: { 200: nodeSchema, 201: nodeSchema },
      },
      config: { auth: 'required' },
    },
    async (request, reply) => {
      const { chunks, modifiedAt, baseVersionId } = request.body;
      const wish = { target: targetOf(request.body), modifiedAtMs: timeIn(modifiedAt), baseVersionId };
      const written = await orStale(transfers.makeOfChunks(caller(request), wish, chunks), 'conflict');
      return reply.code(written.isNew ? 201 : 200).send(writtenJson(written));
    },
  );

  withRawBodies(app, (scope) => {
    scope.put(
      '/v1/chunks/:sha256',
      {
        bodyLimit: chunkBytesMax,
        schema: {
          tags: ['files'],
          summary: 'Send one chunk',
          description: `At most ${chunkBytesMax} bytes, which must have that checksum.`,
          params: Type.Object({ sha256: sha256Schema }),
          response: { 204: Type.Null() },
        },
        config: { auth: 'required', limit: 'transfer' },
      },
      async (request, reply) => {
        const { sha256 } = request.params;
        await receiving(request, (body) => transfers.putChunk(caller(request).userId, sha256, body));
        return reply.code(204).send(null);
      },
    );
  });
}
