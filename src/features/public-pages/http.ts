import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { languageFor } from '../../http/languages.ts';
import type { App } from '../../http/route.ts';
import { nothingPolicy } from '../../http/security-headers.ts';
import { sendTagged, type WebApp } from '../../http/web-app.ts';
import { Refusal } from '../../lib/refusal.ts';
import { type FeedFormat, feedFormats, feedUpdatedAt } from './feeds.ts';
import type { PublicPages } from './index.ts';
import { embed, embedAgeSeconds } from './oembed.ts';
import { absentPage, type Page, postPage, profilePage } from './pages.ts';
import { pageLanguages, type Words, wordsOf } from './words.ts';

export interface PublicPageRoutesDeps {
  pages: PublicPages;
  /** Where people reach this server; undefined: as they asked for it. */
  publicUrl: string | undefined;
  /** Undefined where no web app is served: then there are feeds and embeds, and no pages. */
  webApp: WebApp | undefined;
}

const tags = ['public pages'];
/** So long, at most, does somebody see on the way what was just hidden. */
const pageAgeSeconds = 60;
const feedAgeSeconds = 300;
const hidden = { hide: true } as object;

export function publicPageRoutes(app: App, { pages, publicUrl, webApp }: PublicPageRoutesDeps): void {
  const baseOf = (request: FastifyRequest) => publicUrl ?? `${request.protocol}://${request.host}`;
  if (webApp) pageRoutes(app, pages, webApp, baseOf);
  for (const format of feedFormats) feedRoute(app, pages, format, baseOf);
  embedRoute(app, pages, baseOf);
}

function pageRoutes(
  app: App,
  pages: PublicPages,
  webApp: WebApp,
  baseOf: (request: FastifyRequest) => string,
): void {
  const config = { auth: 'optional' } as const;
  /** Whoever is logged in gets the app, which shows what is for them. */
  const answer = async (
    request: FastifyRequest,
    reply: FastifyReply,
    make: (say: Words) => Promise<Page>,
  ) => {
    if (request.principal) return webApp.sendShell(request, reply);
    const language = languageFor(request, pageLanguages);
    const say = wordsOf(language);
    const page = await make(say).catch((error: unknown) => absentWhereHidden(error, say));
    return webApp.sendPage(request, reply, {
      ...page,
      language,
      cacheControl: `public, max-age=${pageAgeSeconds}`,
      vary: 'cookie, authorization, accept-language',
    });
  };
  app.get('/p/:id', { config, schema: hidden }, (request, reply) => {
    const { id } = request.params as { id: string };
    return answer(request, reply, async (say) => postPage(await pages.post(id), baseOf(request), say));
  });
  app.get('/@:username', { config, schema: hidden }, (request, reply) => {
    const { username } = request.params as { username: string };
    const { cursor } = request.query as { cursor?: unknown };
    const from = typeof cursor === 'string' ? cursor : undefined;
    return answer(request, reply, async (say) =>
      profilePage(await pages.profile(username, from), baseOf(request), from, say),
    );
  });
}

function absentWhereHidden(error: unknown, say: Words): Page {
  // A cursor that is none names no page.
  if (error instanceof Refusal && (error.code === 'not-found' || error.code === 'invalid'))
    return absentPage(say);
  throw error;
}

function feedRoute(
  app: App,
  pages: PublicPages,
  { file, contentType, write }: FeedFormat,
  baseOf: (request: FastifyRequest) => string,
): void {
  app.get(
    `/@:username/${file}`,
    {
      config: { auth: 'none', limit: 'read' },
      schema: {
        tags,
        summary: `A public profile’s newest posts, as ${contentType}`,
        description: 'The same for everybody. Takes `If-None-Match` and `If-Modified-Since`.',
        params: Type.Object({ username: Type.String({ maxLength: 64 }) }),
        response: {
          200: Type.Unsafe<never>({ description: 'The feed', content: { [contentType]: { schema: {} } } }),
          304: Type.Null(),
        },
      },
    },
    async (request, reply) => {
      const content = await pages.profile(request.params.username);
      const text = write(content, baseOf(request));
      const modified = new Date(feedUpdatedAt(content)).toUTCString();
      reply.headers({
        'content-type': `${contentType}; charset=utf-8`,
        'content-security-policy': nothingPolicy,
        'cache-control': `public, max-age=${feedAgeSeconds}`,
        'access-control-allow-origin': '*',
        'last-modified': modified,
      });
      const { 'if-none-match': tag, 'if-modified-since': since } = request.headers;
      // Equal, not later: the newest post may be gone since.
      if (tag === undefined && since === modified) return reply.code(304).send(null as never) as never;
      return sendTagged(request, reply, 200, text) as never;
    },
  );
}

const embeddedSchema = Type.Object({
  version: Type.Literal('1.0'),
  type: Type.Enum(['rich', 'link']),
  provider_name: Type.Literal('Kith'),
  provider_url: Type.String(),
  title: Type.String(),
  author_name: Type.String(),
  author_url: Type.String(),
  cache_age: Type.Integer(),
  html: Type.Optional(Type.String()),
  width: Type.Optional(Type.Integer()),
  height: Type.Optional(Type.Null()),
  thumbnail_url: Type.Optional(Type.String()),
  thumbnail_width: Type.Optional(Type.Integer()),
  thumbnail_height: Type.Optional(Type.Integer()),
});

function embedRoute(app: App, pages: PublicPages, baseOf: (request: FastifyRequest) => string): void {
  app.get(
    '/oembed',
    {
      config: { auth: 'none', limit: 'read' },
      schema: {
        tags,
        summary: 'What stands for a link to a public post or profile elsewhere (oEmbed 1.0)',
        querystring: Type.Object({
          url: Type.String({ maxLength: 2048, description: 'The address of a page of this server.' }),
          maxwidth: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000 })),
          maxheight: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000 })),
          format: Type.Optional(Type.String({ maxLength: 20, description: '`json`; anything else is 501.' })),
        }),
        response: {
          200: embeddedSchema,
          501: Type.Null({ description: 'Only JSON is spoken here.' }),
        },
      },
    },
    async (request, reply) => {
      const { url, maxwidth, format = 'json' } = request.query;
      if (format !== 'json') return reply.code(501).send(null);
      reply.headers({
        'cache-control': `public, max-age=${embedAgeSeconds}`,
        'access-control-allow-origin': '*',
      });
      return embed(pages, baseOf(request), { address: url, widthMax: maxwidth });
    },
  );
}
