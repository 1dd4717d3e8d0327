import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { App } from '../../http/route.ts';
import { sendBlob } from '../../http/send-blob.ts';
import { notFound } from '../../lib/refusal.ts';
import { type Blobs, BlobsError } from '../../ports/blobs/blobs.ts';
import type { Delivery } from './media-feature.ts';

/** What a browser shows in a page; all else is offered as a file to keep. By the names that processing gives. */
const typeByEnding: Readonly<Record<string, string>> = {
  webp: 'image/webp',
  avif: 'image/avif',
  jpg: 'image/jpeg',
  png: 'image/png',
  gif: 'image/gif',
  mp4: 'video/mp4',
  m4s: 'video/mp4',
  ts: 'video/mp2t',
  m3u8: 'application/vnd.apple.mpegurl',
};

const yearSeconds = 365 * 86_400;
const autoSeconds = 300;
/** Opened by itself it can do nothing; other sites may show what anybody may see, and players read it by script. */
const safe = {
  'content-security-policy': "default-src 'none'; sandbox",
  'cross-origin-resource-policy': 'cross-origin',
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'content-length, content-range, etag',
};

const parts = { name: Type.String(), run: Type.String(), file: Type.String() };
const shownTypes = [...new Set(Object.values(typeByEnding)), 'application/octet-stream'];
const bytes = Type.Unsafe<never>({
  description: 'The bytes',
  content: Object.fromEntries(shownTypes.map((type) => [type, { schema: {} }])),
});

export function deliveryRoutes(
  app: App,
  { delivery, blobs }: { delivery: Delivery; blobs: Pick<Blobs, 'get' | 'stat'> },
): void {
  const send = async (
    request: FastifyRequest,
    reply: FastifyReply,
    { name, run, file, token }: { name: string; run: string; file: string; token?: string },
  ) => {
    const viewer = request.principal;
    const { blob, isPublic } = await delivery.open({ name, run, file, token, viewer });
    const type = typeByEnding[file.slice(file.lastIndexOf('.') + 1)];
    const headers = {
      ...safe,
      'content-type': type ?? 'application/octet-stream',
      ...(!type && { 'content-disposition': 'attachment' }),
      'cache-control': `${isPublic ? 'public' : 'private'}, max-age=${yearSeconds}, immutable`,
    };
    try {
      return await sendBlob(request, reply, blobs, blob, { etag: `${run}.${file}`, headers });
    } catch (error) {
      if (error instanceof BlobsError && error.kind === 'absent') throw notFound();
      throw error;
    }
  };
  const described = {
    tags: ['media'],
    description: 'Never changes under its address. Takes `Range` and `If-None-Match`.',
    response: { 200: bytes, 206: bytes, 304: Type.Null(), 416: Type.Null() },
  };

  app.get(
    '/media/:name/:run/:file',
    {
      schema: {
        ...described,
        summary: 'A file of a photo or video that anybody may see',
        params: Type.Object(parts),
      },
      config: { auth: 'optional', limit: 'transfer' },
    },
    async (request, reply) => send(request, reply, request.params) as never,
  );

  app.get(
    '/media/:name/:run/:token/:file',
    {
      schema: {
        ...described,
        summary: 'The same where only some may see it; the address carries a signature',
        params: Type.Object({ ...parts, token: Type.String() }),
      },
      config: { auth: 'optional', limit: 'transfer' },
    },
    async (request, reply) => send(request, reply, request.params) as never,
  );

  autoRoute(app, delivery);
}

function autoRoute(app: App, delivery: Delivery): void {
  app.get(
    '/media/:name/auto',
    {
      schema: {
        tags: ['media'],
        summary: 'Leads to the file that fits the device and connection',
        description:
          'By `width` in pixels of the device, or the hints `Sec-CH-Width`, `Sec-CH-Viewport-Width` and `Sec-CH-DPR`; by `Accept`, `Save-Data` and `ECT`. Of a video: its playlist, or its poster where a picture is asked for.',
        params: Type.Object({ name: Type.String() }),
        querystring: Type.Object({ width: Type.Optional(Type.Integer({ minimum: 1, maximum: 20_000 })) }),
        response: { 302: Type.Null() },
      },
      config: { auth: 'optional', limit: 'transfer' },
    },
    async (request, reply) => {
      const { headers, query, principal: viewer } = request;
      const wishes = {
        width: query.width ?? hintedWidth(headers),
        accept: headers.accept ?? '',
        savesData: headers['save-data'] === 'on',
        connection: one(headers['ect']),
      };
      const { path, isPublic } = await delivery.fit({ name: request.params.name, viewer, wishes });
      return reply
        .code(302)
        .headers({
          ...safe,
          location: path,
          vary: ['accept', ...hintNames].join(', '),
          'accept-ch': hintNames.join(', '),
          'cache-control': isPublic ? `public, max-age=${autoSeconds}` : 'private, no-store',
        })
        .send(null as never);
    },
  );
}

/** What a browser tells of itself when asked to; older ones use the names without `sec-ch-`. */
const hintNames = [
  'save-data',
  'ect',
  'sec-ch-width',
  'sec-ch-viewport-width',
  'sec-ch-dpr',
  'width',
  'viewport-width',
  'dpr',
];
/** A column of a feed, where only the density of the screen is told. */
const columnWidth = 540;
/** No screen is denser. */
const densityMax = 5;

/** In pixels of the device: of the picture's place, else of the whole view, else what suits a screen so dense. */
function hintedWidth(headers: FastifyRequest['headers']): number | undefined {
  const told = (name: string) => {
    const value = Number(one(headers[`sec-ch-${name}`]) ?? one(headers[name]));
    return value > 0 && Number.isFinite(value) ? value : undefined;
  };
  const density = told('dpr');
  const dense = (width: number) => Math.ceil(width * Math.min(density ?? 1, densityMax));
  const view = told('viewport-width');
  return told('width') ?? (view && dense(view)) ?? (density && dense(columnWidth));
}

const one = (header: string | string[] | undefined): string | undefined =>
  Array.isArray(header) ? header[0] : header;
