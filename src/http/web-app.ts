/** Serves the web app: its files under names that never change their content, and its page for every other address. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { notFound } from '../lib/refusal.ts';
import type { App } from './route.ts';
import { pageHeaders } from './security-headers.ts';
import { openWebFiles, type WebFile } from './web-files.ts';

export interface WebAppOptions {
  /** What the build left. */
  folder: string;
  /** Other origins that photos, videos and uploads go to and come from. */
  mediaOrigins: readonly string[];
}

/** First parts of addresses that are for programs: what is not found there is no page of the app. */
const programPaths = new Set(['v1', 'media', 'dav', 'assets', 'docs', 'healthz', 'readyz', 'metrics']);

const hidden = { schema: { hide: true } as object, config: { auth: 'none', limit: 'none' } as const };
const foreverCacheControl = 'public, max-age=31536000, immutable';
const askCacheControl = 'no-cache';

export function registerWebApp(app: App, { folder, mediaOrigins }: WebAppOptions): void {
  const files = openWebFiles(folder);
  const headers = pageHeaders(pagePolicy(mediaOrigins));
  app.get('/assets/:file', hidden, (request, reply) => {
    const { file } = request.params as { file: string };
    return sendFile(request, reply, files.get(`assets/${file}`), foreverCacheControl);
  });
  app.get('/*', hidden, (request, reply) => {
    const path = request.url.split('?', 1)[0]!.slice(1);
    const file = path === 'index.html' ? undefined : files.get(path);
    if (file) return sendFile(request, reply, file, askCacheControl);
    if (!isNavigation(request, path)) throw notFound();
    reply.headers(headers);
    return sendFile(request, reply, files.get('index.html'), askCacheControl);
  });
}

/** Scripts, styles and fonts are our own files; nothing inline runs, nothing frames or is framed. */
export function pagePolicy(mediaOrigins: readonly string[]): string {
  const media = ['', ...new Set(mediaOrigins)].join(' ');
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "font-src 'self'",
    `img-src 'self' data: blob:${media}`,
    `media-src 'self' blob:${media}`,
    `connect-src 'self'${media}`,
    "manifest-src 'self'",
    "worker-src 'self' blob:",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** A person's browser opening an address, rather than a program asking for something that is not there. */
function isNavigation({ headers }: FastifyRequest, path: string): boolean {
  if (programPaths.has(path.split('/', 1)[0]!)) return false;
  return headers.accept?.includes('text/html') === true;
}

function sendFile(
  request: FastifyRequest,
  reply: FastifyReply,
  file: WebFile | undefined,
  cacheControl: string,
): FastifyReply {
  if (!file) throw notFound();
  const { body, encoding } = pick(file, request.headers['accept-encoding'] ?? '');
  const tag = `"${file.tag}${encoding ? `-${encoding}` : ''}"`;
  reply.headers({
    'content-type': file.contentType,
    'cache-control': cacheControl,
    vary: 'accept-encoding',
    etag: tag,
  });
  if (request.headers['if-none-match'] === tag) return reply.code(304).send();
  if (encoding) reply.header('content-encoding', encoding);
  return reply.send(body);
}

function pick({ encoded, plain }: WebFile, accepted: string): { body: Buffer; encoding?: 'br' | 'gzip' } {
  for (const encoding of ['br', 'gzip'] as const) {
    const body = encoded[encoding];
    if (body && accepted.includes(encoding)) return { body: body(), encoding };
  }
  return { body: plain() };
}
