/** tus 1.0.0: creation, creation-with-upload, checksum, termination, expiration (https://tus.io). */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { TransportRefusal } from '../../http/json-body.ts';
import { rawBodyLimit, receiving, withRawBodies } from '../../http/raw-bodies.ts';
import { type App, caller, idSchema } from '../../http/route.ts';
import { invalid, Refusal } from '../../lib/refusal.ts';
import type { PartChecksum } from '../contents/index.ts';
import { orStale } from '../files/index.ts';
import { timeIn } from './http-fields.ts';
import type { NewUpload, ResumableUpload } from './resumable-uploads.ts';
import type { TransfersFeature } from './transfers.ts';

const version = '1.0.0';
const extensions = 'creation,creation-with-upload,checksum,termination,expiration';
const algorithms = ['sha256', 'sha1'] as const;
const partType = 'application/offset+octet-stream';
const checksumMismatch = 460;
const metadataCharactersMax = 16_384;
const place = '/v1/files/uploads';
const params = Type.Object({ id: idSchema });
const nothing = { 204: Type.Null() };

export function uploadRoutes(app: App, transfers: TransfersFeature): void {
  withRawBodies(app, (scope) => {
    scope.addHook('onRequest', async (_request, reply) => {
      reply.header('tus-resumable', version);
    });
    // Who is not logged in is told that first.
    scope.addHook('preParsing', async (request, reply) => {
      if (request.method === 'OPTIONS' || request.headers['tus-resumable'] === version) return;
      reply.header('tus-version', version);
      throw new Refusal('precondition-failed', `This speaks tus ${version}: send Tus-Resumable: ${version}.`);
    });
    aboutRoute(scope);
    createRoute(scope, transfers);
    statusRoute(scope, transfers);
    appendRoute(scope, transfers);
    endRoute(scope, transfers);
  });
}

function aboutRoute(app: App): void {
  app.options(
    place,
    {
      schema: { tags: ['files'], summary: 'What of tus is spoken here', response: nothing },
      config: { auth: 'none' },
    },
    async (_request, reply) =>
      reply
        .code(204)
        .headers({
          'tus-version': version,
          'tus-extension': extensions,
          'tus-checksum-algorithm': algorithms.join(','),
        })
        .send(null),
  );
}

function createRoute(app: App, transfers: TransfersFeature): void {
  app.post(
    place,
    {
      bodyLimit: rawBodyLimit,
      schema: {
        tags: ['files'],
        summary: 'Begin an upload that may break off (tus 1.0.0)',
        description:
          '`Upload-Length` says how long the file is, `Upload-Metadata` what becomes of it: `path` (or `parentId` and `name`), `modifiedAt`, `baseVersionId`. The first bytes may come along. The answer’s `Location` is where to go on.',
        response: { 201: Type.Unsafe<undefined>(Type.Null()) },
      },
      config: { auth: 'required', limit: 'transfer', mayMiss: true, isConditional: true },
    },
    async (request, reply) => {
      const who = caller(request);
      const upload = await receiving(request, () =>
        orStale(transfers.createUpload(who, newUpload(request)), 'conflict'),
      );
      const base = reply.code(201).header('location', `${place}/${upload.id}`);
      const hasBytes = request.headers['content-type'] === partType;
      if (!hasBytes && upload.sizeBytes > 0) return standing(base, upload).send();
      return orMismatch(reply, async () =>
        standing(base, await appendPart(request, transfers, { id: upload.id, offsetBytes: 0 })).send(),
      );
    },
  );
}

function newUpload(request: FastifyRequest): NewUpload {
  if (request.headers['upload-defer-length'] !== undefined)
    throw invalid('upload-length', 'The length must be told at the beginning.');
  const metadata = String(request.headers['upload-metadata'] ?? '');
  if (metadata.length > metadataCharactersMax) throw invalid('upload-metadata', 'That is too much.');
  const told = parseMetadata(metadata);
  const { path, parentId, name = told['filename'], baseVersionId } = told;
  const modifiedAtMs = timeIn(told['modifiedAt']);
  return {
    sizeBytes: numberIn(request, 'upload-length'),
    metadata,
    target: {
      ...(path !== undefined && { path }),
      ...(parentId !== undefined && { parentId }),
      ...(parentId !== undefined && name !== undefined && { name }),
    },
    ...(baseVersionId !== undefined && { baseVersionId }),
    ...(modifiedAtMs !== undefined && { modifiedAtMs }),
  };
}

function parseMetadata(text: string): Record<string, string | undefined> {
  const pairs = text.split(',').flatMap((pair): [string, string][] => {
    const [key, value = ''] = pair.trim().split(' ');
    if (!key) return [];
    if (!/^[A-Za-z0-9+/]*={0,2}$/.test(value)) throw invalid('upload-metadata', `“${key}” is not in base64.`);
    return [[key, Buffer.from(value, 'base64').toString('utf8')]];
  });
  return Object.fromEntries(pairs);
}

function numberIn(request: FastifyRequest, header: 'upload-length' | 'upload-offset'): number {
  const text = String(request.headers[header] ?? '');
  if (!/^\d{1,15}$/.test(text)) throw invalid(header, 'A number of bytes.');
  return Number(text);
}

/** Tells where an upload stands; its end also what came of it. */
function standing(reply: FastifyReply, { offsetBytes, expiresAtMs, made }: ResumableUpload): FastifyReply {
  reply.header('upload-offset', String(offsetBytes));
  if (expiresAtMs !== undefined) reply.header('upload-expires', new Date(expiresAtMs).toUTCString());
  if (made) reply.headers({ 'content-location': `/v1/files/${made.nodeId}`, etag: `"${made.versionId}"` });
  return reply;
}

function statusRoute(app: App, transfers: TransfersFeature): void {
  app.head(
    `${place}/:id`,
    {
      schema: {
        tags: ['files'],
        summary: 'How far an upload is',
        params,
        response: { 200: Type.Null() },
      },
      config: { auth: 'required', limit: 'read' },
    },
    async (request, reply) => {
      const upload = await orStale(transfers.upload(caller(request), request.params.id), 'conflict');
      reply.headers({ 'cache-control': 'no-store', 'upload-length': String(upload.sizeBytes) });
      if (upload.metadata !== '') reply.header('upload-metadata', upload.metadata);
      return standing(reply.code(200), upload).send();
    },
  );
}

function appendRoute(app: App, transfers: TransfersFeature): void {
  app.patch(
    `${place}/:id`,
    {
      bodyLimit: rawBodyLimit,
      schema: {
        tags: ['files'],
        summary: 'Go on with an upload',
        description: `\`Content-Type: ${partType}\`, and \`Upload-Offset\` where the upload stands, else 409. What was received stays, also if the request breaks off. With the last byte the file is there: \`Content-Location\` names it.`,
        params,
        response: nothing,
      },
      config: { auth: 'required', limit: 'transfer', isConditional: true },
    },
    async (request, reply) => {
      if (request.headers['content-type'] !== partType)
        throw new TransportRefusal('unsupported-media-type', `The body’s type is ${partType}.`);
      const offsetBytes = numberIn(request, 'upload-offset');
      return orMismatch(reply, async () => {
        const upload = await appendPart(request, transfers, { id: request.params.id, offsetBytes });
        return standing(reply.code(204), upload).send(null);
      });
    },
  );
}

/** A status of tus alone. */
async function orMismatch(reply: FastifyReply, work: () => Promise<FastifyReply>): Promise<FastifyReply> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Refusal) || error.fields[0]?.field !== 'checksum') throw error;
    return reply.code(checksumMismatch).send();
  }
}

async function appendPart(
  request: FastifyRequest,
  transfers: TransfersFeature,
  { id, offsetBytes }: { id: string; offsetBytes: number },
): Promise<ResumableUpload> {
  const checksum = checksumIn(request.headers['upload-checksum']);
  const who = caller(request);
  return receiving(request, (source) =>
    orStale(transfers.append(who, id, { offsetBytes, source, checksum }), 'conflict'),
  );
}

function checksumIn(header: string | string[] | undefined): PartChecksum | undefined {
  if (header === undefined) return undefined;
  const [name, base64 = ''] = String(header).split(' ');
  const algorithm = algorithms.find((each) => each === name);
  if (!algorithm) throw invalid('upload-checksum', `Known are ${algorithms.join(' and ')}.`);
  return { algorithm, value: Buffer.from(base64, 'base64').toString('hex') };
}

function endRoute(app: App, transfers: TransfersFeature): void {
  app.delete(
    `${place}/:id`,
    {
      schema: { tags: ['files'], summary: 'Give an upload up', params, response: nothing },
      config: { auth: 'required', isConditional: true },
    },
    async (request, reply) => {
      await transfers.endUpload(caller(request), request.params.id);
      return reply.code(204).send(null);
    },
  );
}
