import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { rawBodyLimit, receiving, toldBytes, withRawBodies } from '../../http/raw-bodies.ts';
import { type App, caller, idSchema, timeSchema } from '../../http/route.ts';
import { sendBlob } from '../../http/send-blob.ts';
import { invalid } from '../../lib/refusal.ts';
import type { ByteRange } from '../../ports/blobs/blobs.ts';
import { nodeSchema, orStale, targetOf } from '../files/index.ts';
import { targetFields, timeIn, writtenJson } from './http-fields.ts';
import type { TransfersFeature } from './transfers.ts';
import { knownTypes, typeOfName } from './type-of-name.ts';
import { type FoundFile, foundFile } from './whole-files.ts';

const bytes = Type.Unsafe<never>({
  description: 'The bytes',
  content: Object.fromEntries(knownTypes.map((type) => [type, { schema: {} }])),
});

export function contentRoutes(app: App, transfers: TransfersFeature): void {
  withRawBodies(app, (scope) => putRoute(scope, transfers));
  getRoute(app, transfers);
  pastRoute(app, transfers);
}

function putRoute(app: App, transfers: TransfersFeature): void {
  app.put(
    '/v1/files/content',
    {
      bodyLimit: rawBodyLimit,
      schema: {
        tags: ['files'],
        summary: 'Send a whole file',
        description:
          'The body is the file, of any type. With `If-Match: "<versionId>"` it becomes the next version of just that one, with `If-None-Match: *` it must be new; else 412 with what is `current`. Without a condition it makes the next version. `Content-Digest: sha-256=:…:` is checked where it is sent.',
        querystring: Type.Object(targetFields),
        response: { 200: nodeSchema, 201: nodeSchema },
      },
      config: { auth: 'required', limit: 'transfer', isConditional: true },
    },
    async (request, reply) => {
      const written = await receiving(request, async (body) => {
        const { modifiedAt } = request.query;
        const wish = {
          target: targetOf(request.query),
          modifiedAtMs: timeIn(modifiedAt),
          ...conditionsIn(request),
        };
        const told = { sizeBytes: toldBytes(request), sha256: digestIn(request.headers['content-digest']) };
        return orStale(transfers.put(caller(request), wish, body, told), 'precondition-failed');
      });
      const node = writtenJson(written);
      return reply
        .code(written.isNew ? 201 : 200)
        .header('etag', `"${node.versionId}"`)
        .send(node);
    },
  );
}

function conditionsIn(request: FastifyRequest): { baseVersionId?: string; isNew?: boolean } {
  const { 'if-match': ifMatch, 'if-none-match': ifNoneMatch } = request.headers;
  if (ifNoneMatch !== undefined && ifNoneMatch.trim() !== '*')
    throw invalid('if-none-match', 'Only `*` makes sense here.');
  const isNew = ifNoneMatch === undefined ? {} : { isNew: true };
  if (ifMatch === undefined) return isNew;
  const [, baseVersionId] = /^"([^"]+)"$/.exec(ifMatch.trim()) ?? [];
  if (baseVersionId === undefined) throw invalid('if-match', 'One version, in quotes.');
  return { ...isNew, baseVersionId };
}

/** RFC 9530: only SHA-256 is looked at. */
function digestIn(header: string | string[] | undefined): string | undefined {
  const [, base64] = /(?:^|[, ])sha-256=:([A-Za-z0-9+/]{43}=):/.exec(String(header ?? '')) ?? [];
  return base64 === undefined ? undefined : Buffer.from(base64, 'base64').toString('hex');
}

function getRoute(app: App, transfers: TransfersFeature): void {
  app.get(
    '/v1/files/:id/content',
    {
      schema: {
        tags: ['files'],
        summary: 'Fetch a file, or a folder as a zip',
        description: 'Of a file with `Range`, `If-None-Match` and `If-Range`; the tag is the version.',
        params: Type.Object({ id: idSchema }),
        querystring: Type.Object({ versionId: Type.Optional(idSchema) }),
        response: { 200: bytes, 206: bytes, 304: Type.Null(), 416: Type.Null() },
      },
      config: { auth: 'required', limit: 'transfer' },
    },
    async (request, reply) => {
      const who = caller(request);
      const { id } = request.params;
      const { versionId } = request.query;
      const node = versionId === undefined ? await transfers.get(who, { id }) : undefined;
      if (node && node.entry?.kind !== 'file') {
        reply.headers(kept(`${node.entry?.name ?? 'files'}.zip`, 'application/zip'));
        return (reply as FastifyReply).send(
          request.method === 'HEAD' ? Readable.from([]) : transfers.zip(who, node),
        );
      }
      const found = node ? foundFile(node) : await transfers.find(who, id, versionId);
      return sendFile(request, reply, transfers, found);
    },
  );
}

function pastRoute(app: App, transfers: TransfersFeature): void {
  app.get(
    '/v1/files/past/content',
    {
      schema: {
        tags: ['files'],
        summary: 'Fetch a file of one’s own as it was at a moment',
        description: 'By its path then, at a time or in a snapshot, also where it is gone by now.',
        querystring: Type.Object({
          path: Type.String({ maxLength: 4096 }),
          at: Type.Optional(timeSchema),
          snapshotId: Type.Optional(idSchema),
        }),
        response: { 200: bytes, 206: bytes, 304: Type.Null(), 416: Type.Null() },
      },
      config: { auth: 'required', limit: 'transfer' },
    },
    async (request, reply) => {
      const { path, at, snapshotId } = request.query;
      if ((at === undefined) === (snapshotId === undefined))
        throw invalid('at', 'Either a time, or a snapshot.');
      const moment = snapshotId === undefined ? { atMs: timeIn(at, 'at')! } : { snapshotId };
      return sendFile(
        request,
        reply,
        transfers,
        await transfers.findPast(caller(request), moment, path),
      ) as never;
    },
  );
}

export async function sendFile(
  request: FastifyRequest,
  reply: FastifyReply,
  transfers: TransfersFeature,
  found: FoundFile,
): Promise<FastifyReply> {
  const { name, sizeBytes, versionId } = found;
  const type = typeOfName(name);
  const about = { name, type, sizeBytes, storedAtMs: 0 };
  const blobs = {
    stat: async () => about,
    get: async (_name: string, { range }: { range?: ByteRange } = {}) => {
      const { start, end, body } = await transfers.open(found, range);
      return { ...about, start, end, body };
    },
  };
  return sendBlob(request, reply, blobs, name, { etag: versionId, headers: kept(name, type) });
}

/** What people upload is for keeping: opened as a page of this server it could act for whoever opens it. */
const kept = (name: string, type: string): Record<string, string> => ({
  'content-type': type,
  'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(name).replace(/['()*]/g, percent)}`,
  'content-security-policy': "default-src 'none'; sandbox",
  'x-content-type-options': 'nosniff',
  'cache-control': 'private, no-cache',
});

const percent = (letter: string) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`;
