import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { receiving, withRawBodies } from '../../http/raw-bodies.ts';
import { type App, caller, idSchema, isoTime, timeSchema } from '../../http/route.ts';
import { forbidden } from '../../lib/refusal.ts';
import { signatureNames, verifyRequest } from '../../lib/signed-requests.ts';
import { pathOfBlob } from '../../ports/blobs/local-requests.ts';
import type { Clock } from '../../ports/clock/clock.ts';
import type { Addresses } from './addresses.ts';
import { completeAddresses } from './http-addresses.ts';
import { mediaAdminRoutes } from './http-admin.ts';
import { altBytesMax, filenameBytesMax, type Media, uploadBytesMax } from './media.ts';
import type { MediaFeature } from './media-feature.ts';
import { createPresenter } from './media-presenter.ts';
import { mediaSchema } from './media-schema.ts';
import type { MediaJson } from './present-media.ts';

export interface MediaRoutesDeps {
  media: MediaFeature;
  addresses: Addresses;
  clock: Pick<Clock, 'nowMs'>;
  /** Where people reach this server; undefined: as they asked for it. */
  publicUrl: string | undefined;
  /** Where browsers fetch media, if not from this server. */
  mediaUrl?: string | undefined;
  /** Checks uploads that this server takes itself; undefined where a store outside does. */
  blobsKey?: Uint8Array | undefined;
}

const params = Type.Object({ id: idSchema });

export function mediaRoutes(app: App, deps: MediaRoutesDeps): void {
  const baseOf = (request: FastifyRequest) => deps.publicUrl ?? `${request.protocol}://${request.host}`;
  const presenter = createPresenter(deps);
  const present = (request: FastifyRequest, medium: Media) =>
    presenter(medium, deps.mediaUrl ?? baseOf(request));
  completeAddresses(app, (request) => deps.mediaUrl ?? baseOf(request));
  uploadRoutes(app, deps, baseOf);
  ownMediaRoutes(app, deps.media, present);
  mediaAdminRoutes(app, deps.media);
  if (deps.blobsKey) receivingRoute(app, { ...deps, blobsKey: deps.blobsKey });
}

function uploadRoutes(
  app: App,
  { media, mediaUrl }: MediaRoutesDeps,
  baseOf: (request: FastifyRequest) => string,
): void {
  app.post(
    '/v1/uploads',
    {
      schema: {
        tags: ['media'],
        summary: 'Announce a photo or video, and learn where to send its bytes',
        description:
          'Send the bytes with the method, address and headers of the answer before it expires; a request that broke off is sent again whole. `mediaUrl` or `mediaId` then goes into a post.',
        body: Type.Object({
          filename: Type.String({ maxLength: filenameBytesMax }),
          contentType: Type.String({ maxLength: 127, description: 'Such as `image/jpeg` or `video/mp4`.' }),
          sizeBytes: Type.Integer({ minimum: 1, description: `At most ${uploadBytesMax}.` }),
          sha256: Type.Optional(Type.String({ pattern: '^[0-9a-fA-F]{64}$', description: 'In hex.' })),
          alt: Type.Optional(
            Type.String({
              maxLength: altBytesMax,
              description: 'What it shows, for those who do not see it.',
            }),
          ),
        }),
        response: {
          201: Type.Object({
            mediaId: idSchema,
            method: Type.Literal('PUT'),
            url: Type.String(),
            headers: Type.Record(Type.String(), Type.String()),
            expiresAt: timeSchema,
            mediaUrl: Type.String(),
          }),
        },
      },
      config: { auth: 'required', idempotent: true },
    },
    async (request, reply) => {
      const base = baseOf(request);
      const issue = (path: string) => (mediaUrl ?? base) + path;
      const input = { ...request.body, issue };
      const { medium, request: put } = await media.createUpload(caller(request), input, request.claim);
      // Every client sets the length itself, and browsers let nobody else do it.
      const { 'content-length': _, ...headers } = put.headers;
      return reply.code(201).send({
        mediaId: medium.id,
        method: 'PUT',
        url: put.url.startsWith('/') ? base + put.url : put.url,
        headers,
        expiresAt: isoTime(put.expiresAtMs)!,
        mediaUrl: medium.issuedUrl,
      });
    },
  );
}

function ownMediaRoutes(
  app: App,
  media: MediaFeature,
  present: (request: FastifyRequest, medium: Media) => Promise<MediaJson>,
): void {
  app.get(
    '/v1/media/:id',
    {
      schema: {
        tags: ['media'],
        summary: 'One’s own photo or video, and how far it is',
        params,
        response: { 200: mediaSchema },
      },
      config: { auth: 'required' },
    },
    async (request) => present(request, await media.get(caller(request), request.params.id)),
  );

  app.patch(
    '/v1/media/:id',
    {
      schema: {
        tags: ['media'],
        summary: 'Say what one’s own photo or video shows',
        params,
        body: Type.Object({ alt: Type.Optional(Type.String({ maxLength: altBytesMax })) }),
        response: { 200: mediaSchema },
      },
      config: { auth: 'required' },
    },
    async (request) =>
      present(request, await media.describe(caller(request), request.params.id, request.body)),
  );

  app.delete(
    '/v1/media/:id',
    {
      schema: {
        tags: ['media'],
        summary: 'Delete one’s own photo or video that no post uses',
        params,
        response: { 204: Type.Null() },
      },
      config: { auth: 'required' },
    },
    async (request, reply) => {
      await media.delete(caller(request), request.params.id);
      return reply.code(204).send(null);
    },
  );
}

/** Takes originals, where no object store does: signed requests of the shape that one would take. */
function receivingRoute(
  app: App,
  { media, clock, blobsKey }: MediaRoutesDeps & { blobsKey: Uint8Array },
): void {
  withRawBodies(app, (scope) => {
    scope.put(
      '/v1/blobs/:kind/:shelf/:file',
      {
        bodyLimit: uploadBytesMax,
        schema: {
          tags: ['media'],
          summary: 'Send announced bytes',
          description:
            'The address comes from `POST /v1/uploads` and says itself who may use it and until when. Size and type must be those announced.',
          params: Type.Object({ kind: Type.String(), shelf: Type.String(), file: Type.String() }),
          querystring: Type.Object({
            [signatureNames.expires]: Type.Optional(Type.String({ maxLength: 20 })),
            [signatureNames.signature]: Type.Optional(Type.String({ maxLength: 64 })),
          }),
          response: { 200: Type.Unsafe<undefined>(Type.Null()) },
        },
        config: { auth: 'none', limit: 'transfer', isSigned: true },
      },
      async (request, reply) => {
        const { kind, shelf, file } = request.params;
        const name = `${kind}/${shelf}/${file}`;
        const { [signatureNames.expires]: expires, [signatureNames.signature]: signature } = request.query;
        const said = verifyRequest(
          blobsKey,
          { ...(expires && { expires }), ...(signature && { signature }) },
          {
            method: 'PUT',
            path: pathOfRequest(name),
            sizeBytes: Number(request.headers['content-length'] ?? -1),
            type: request.headers['content-type'],
          },
          clock.nowMs(),
        );
        await receiving(request, async (bytes) => {
          if (said === 'valid') return media.receiveUpload(name, bytes);
          throw forbidden(
            said === 'expired'
              ? 'This address has expired. Announce the upload again.'
              : 'This address was not given out for a body of this size and type.',
          );
        });
        return reply.code(200).send();
      },
    );
  });
}

/** What was signed; a name that is none was never signed. */
function pathOfRequest(name: string): string {
  try {
    return pathOfBlob(name);
  } catch {
    return '';
  }
}
