/** Serves the web app: its files under names that never change their content, and its page for every other address. */
import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { notFound } from '../lib/refusal.ts';
import { credentialOf } from './authentication.ts';
import { directionOf, languageFor } from './languages.ts';
import type { App } from './route.ts';
import { pageHeaders } from './security-headers.ts';
import { openWebFiles, type WebFile } from './web-files.ts';

export interface WebAppOptions {
  /** What the build left. */
  folder: string;
  /** Other origins that photos, videos and uploads go to and come from. */
  mediaOrigins: readonly string[];
  /** What whoever is logged in reads first, until the app is there; undefined: the app alone. */
  home?: ((request: FastifyRequest) => Promise<Pick<ServedPage, 'head' | 'body' | 'language'>>) | undefined;
}

/** What the server itself puts into the app's page, for whoever reads it without script. */
export interface ServedPage {
  status: 200 | 404;
  /** HTML for the head, the title among it. */
  head: string;
  /** HTML that stands where the app will. */
  body: string;
  /** Of its words. */
  language: string;
  cacheControl: string;
  /** What the answer depends on, beside the address. */
  vary?: string | undefined;
}

export interface WebApp {
  /** The app's page as the build left it. */
  sendShell(request: FastifyRequest, reply: FastifyReply): FastifyReply;
  /** The app's page with content in it, which the app replaces when it starts. */
  sendPage(request: FastifyRequest, reply: FastifyReply, page: ServedPage): FastifyReply;
}

/** First parts of addresses that are for programs: what is not found there is no page of the app. */
const programPaths = new Set(['v1', 'media', 'dav', 'assets', 'docs', 'healthz', 'readyz', 'metrics']);

const hidden = { schema: { hide: true } as object, config: { auth: 'none', limit: 'none' } as const };
const forAnybody = { schema: { hide: true } as object, config: { auth: 'optional', limit: 'none' } as const };
/** The very address that the app asks for first (`web/src/api/queries.ts`): otherwise it is asked for twice. */
const feedPreload = (userId: string) =>
  `</v1/feeds/${userId}?limit=20&order=recent>; rel=preload; as=fetch; crossorigin=anonymous`;
/** Scripts cannot see the cookie: so the app learns that it is worth asking who is here. */
const sessionHead = '<title>Kith</title><meta name="kith-session" content="cookie">';
/** People's own pages, like every answer about them: nothing of them is left for whoever uses the browser next. */
const ownCacheControl = 'private, no-store';
const foreverCacheControl = 'public, max-age=31536000, immutable';
const askCacheControl = 'no-cache';

export function registerWebApp(app: App, { folder, mediaOrigins, home }: WebAppOptions): WebApp {
  const files = openWebFiles(folder);
  const headers = pageHeaders(pagePolicy(mediaOrigins));
  const welcomeLanguages = ['en', ...files.languagesOf('welcome')];
  const fill = createFilling(() => files.get('index.html')!.plain().toString());
  const sendShell = (request: FastifyRequest, reply: FastifyReply) => {
    reply.headers(headers);
    if (credentialOf(request)?.kind !== 'cookie') {
      return sendFile(request, reply, files.get('index.html'), askCacheControl);
    }
    reply.headers({ 'cache-control': askCacheControl, vary: 'cookie' });
    return sendTagged(request, reply, 200, fill(sessionHead, '', undefined));
  };
  /** For those without a session, to be read before the app is there. */
  const sendWelcome = (request: FastifyRequest, reply: FastifyReply) => {
    const page = files.get(`welcome.${languageFor(request, welcomeLanguages)}.html`);
    if (!page) return sendShell(request, reply);
    reply.headers(headers);
    return sendFile(request, reply, page, askCacheControl, 'accept-encoding, accept-language, cookie');
  };
  app.get('/assets/:file', hidden, (request, reply) => {
    const { file } = request.params as { file: string };
    return sendFile(request, reply, files.get(`assets/${file}`), foreverCacheControl);
  });
  const sendPage: WebApp['sendPage'] = (request, reply, { status, head, body, language, ...page }) => {
    reply.headers(headers).header('cache-control', page.cacheControl);
    if (page.vary) reply.header('vary', page.vary);
    return sendTagged(request, reply, status, fill(head, body, language));
  };
  app.get('/', forAnybody, async (request, reply) => {
    if (!request.principal) return sendWelcome(request, reply);
    // The browser asks for the feed while the app is still on its way.
    reply.header('link', feedPreload(request.principal.userId));
    // Whoever loads the page anew has a place in it, which only the app finds again.
    const isFirst = home && !isReload(request);
    const made = isFirst ? await home(request).catch(() => undefined) : undefined;
    if (!made) return sendShell(request, reply);
    return sendPage(request, reply, {
      ...made,
      status: 200,
      cacheControl: ownCacheControl,
      vary: 'cookie, accept-language',
    });
  });
  app.get('/welcome', hidden, (request, reply) => sendWelcome(request, reply));
  app.get('/*', hidden, (request, reply) => {
    const path = request.url.split('?', 1)[0]!.slice(1);
    const file = path.endsWith('.html') ? undefined : files.get(path);
    if (file) return sendFile(request, reply, file, askCacheControl);
    if (!isNavigation(request, path)) throw notFound();
    return sendShell(request, reply);
  });
  return { sendShell, sendPage };
}

/** Answers a text that was made for this request, or that the client has it already. */
export function sendTagged(
  request: FastifyRequest,
  reply: FastifyReply,
  status: number,
  text: string,
): FastifyReply {
  const tag = `"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"`;
  reply.header('etag', tag);
  const known = request.headers['if-none-match']?.split(',').map((each) => each.trim().replace(/^W\//, ''));
  if (status === 200 && known?.some((each) => each === tag || each === '*')) return reply.code(304).send();
  return reply.code(status).send(text);
}

/** Cuts the app's page, once, where its title and its content belong. What it says to those without script is let go. */
function createFilling(
  read: () => string,
): (head: string, body: string, language: string | undefined) => string {
  let parts: [string, string, string] | undefined;
  return (head, body, language) => {
    if (!parts) {
      const page = read().replace(/<noscript>[\s\S]*?<\/noscript>\s*/, '');
      const [, start, middle, end] =
        /^([\s\S]*?)<title>[^<]*<\/title>([\s\S]*?)<div id="app"><\/div>([\s\S]*)$/.exec(page) ?? [];
      if (start === undefined) throw new Error(`the web app's page has no title or no place for its content`);
      parts = [start, middle!, end!];
    }
    const start =
      language === undefined
        ? parts[0]
        : parts[0].replace('<html lang="en">', `<html lang="${language}" dir="${directionOf(language)}">`);
    return `${start}${head}${parts[1]}<div id="app">${body}</div>${parts[2]}`;
  };
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
    // PDFs that somebody looks at, which the app has fetched; a page among them could run nothing of its own.
    'frame-src blob:',
    'object-src blob:',
    "manifest-src 'self'",
    "worker-src 'self' blob:",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** Browsers say so themselves. */
const isReload = ({ headers }: FastifyRequest): boolean => headers['cache-control'] !== undefined;

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
  vary = 'accept-encoding',
): FastifyReply {
  if (!file) throw notFound();
  const { body, encoding } = pick(file, request.headers['accept-encoding'] ?? '');
  const tag = `"${file.tag}${encoding ? `-${encoding}` : ''}"`;
  reply.headers({
    'content-type': file.contentType,
    'cache-control': cacheControl,
    vary,
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
