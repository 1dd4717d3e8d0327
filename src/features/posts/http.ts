import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import {
  type App,
  caller,
  idSchema,
  isoTime,
  listLimitDefault,
  listOf,
  listQuery,
  timeSchema,
} from '../../http/route.ts';
import { hashtagsMax, visibilities } from './post.ts';
import { postSchema } from './post-schema.ts';
import type { PostsFeature } from './posts.ts';

const fields = {
  text: Type.Optional(Type.String({ description: 'To 100,000 bytes of UTF-8.' })),
  title: Type.Optional(Type.String({ description: 'One line, to 200 bytes.' })),
  description: Type.Optional(Type.String({ description: 'To 10,000 bytes.' })),
  hashtags: Type.Optional(
    Type.Union(
      [Type.Array(Type.String({ maxLength: 200 }), { maxItems: 100 }), Type.String({ maxLength: 10_000 })],
      {
        description: `A list, or one text such as \`#sea #sand\`. Those in the text are added; ${hashtagsMax} at most.`,
      },
    ),
  ),
  visibility: Type.Optional(
    Type.Enum([...visibilities], { description: 'Posts of a private account reach its followers only.' }),
  ),
};

const revisionSchema = Type.Object({
  id: idSchema,
  title: Type.String(),
  text: Type.String(),
  description: Type.String(),
  hashtags: Type.Array(Type.String()),
  visibility: Type.Enum([...visibilities], { description: 'Who could see it when it was replaced.' }),
  writtenAt: timeSchema,
});

const params = Type.Object({ id: idSchema });

/** Sends text that is JSON already. */
const sendJson = (reply: FastifyReply, status: number, text: string) =>
  reply
    .code(status)
    .header('content-type', 'application/json; charset=utf-8')
    .send(text as never);

export function postRoutes(app: App, { posts }: { posts: PostsFeature }): void {
  writingRoutes(app, posts);
  readingRoutes(app, posts);
}

function writingRoutes(app: App, posts: PostsFeature): void {
  app.post(
    '/v1/posts',
    {
      schema: {
        tags: ['posts'],
        summary: 'Write a post',
        description:
          'At least one of text, title, description and media. The same Idempotency-Key makes it once.',
        body: Type.Object({
          ...fields,
          mediaIds: Type.Optional(Type.Array(idSchema, { maxItems: 20 })),
          mediaUrl: Type.Optional(
            Type.String({ maxLength: 2048, description: 'A `mediaUrl` issued to the caller by an upload.' }),
          ),
          userId: Type.Optional(
            Type.String({ maxLength: 64, description: 'Where given, must be the caller.' }),
          ),
        }),
        response: { 201: postSchema },
      },
      config: { auth: 'required', idempotent: true },
    },
    async (request, reply) => {
      const principal = caller(request);
      const { post, isNew } = await posts.create(principal, request.body, request.claim);
      return sendJson(reply, 201, await posts.presentOne(principal.userId, post, { isNew }));
    },
  );

  app.patch(
    '/v1/posts/:id',
    {
      schema: {
        tags: ['posts'],
        summary: 'Change one’s own post',
        description:
          'Only what is named changes. Every earlier version is kept; `editedAt` moves when the words have changed.',
        params,
        body: Type.Object(fields),
        response: { 200: postSchema },
      },
      config: { auth: 'required' },
    },
    async (request, reply) => {
      const principal = caller(request);
      const post = await posts.change(principal, request.params.id, request.body);
      return sendJson(reply, 200, await posts.presentOne(principal.userId, post));
    },
  );

  app.delete(
    '/v1/posts/:id',
    {
      schema: {
        tags: ['posts'],
        summary: 'Delete a post',
        description: 'Hidden from everyone at once. By its author or an administrator.',
        params,
        response: { 204: Type.Null() },
      },
      config: { auth: 'required' },
    },
    async (request, reply) => {
      await posts.delete(caller(request), request.params.id);
      return reply.code(204).send(null);
    },
  );
}

function readingRoutes(app: App, posts: PostsFeature): void {
  app.get(
    '/v1/posts/:id',
    {
      schema: { tags: ['posts'], summary: 'One post', params, response: { 200: postSchema } },
      config: { auth: 'optional' },
    },
    async (request, reply) => {
      const post = await posts.requireVisible(request.principal, request.params.id);
      return sendJson(reply, 200, await posts.presentOne(request.principal?.userId ?? null, post));
    },
  );

  app.get(
    '/v1/posts/:id/revisions',
    {
      schema: {
        tags: ['posts'],
        summary: 'What a post said before its edits, newest first',
        params,
        querystring: Type.Object(listQuery),
        response: { 200: listOf(revisionSchema) },
      },
      config: { auth: 'optional' },
    },
    async (request) => {
      const { limit = listLimitDefault, cursor } = request.query;
      const page = await posts.revisions(request.principal, request.params.id, { limit, cursor });
      return {
        items: page.items.map(({ writtenAtMs, ...revision }) => ({
          ...revision,
          writtenAt: isoTime(writtenAtMs)!,
        })),
        nextCursor: page.nextCursor,
      };
    },
  );

  app.get(
    '/v1/users/me/pending-posts',
    {
      schema: {
        tags: ['posts'],
        summary: 'One’s own posts that wait for their photos and videos, newest first',
        description: 'Among them those that failed because a photo or video did; `media` says why.',
        querystring: Type.Object(listQuery),
        response: { 200: listOf(postSchema) },
      },
      config: { auth: 'required' },
    },
    async (request, reply) => {
      const { limit = listLimitDefault, cursor } = request.query;
      const principal = caller(request);
      const { items, nextCursor } = await posts.pending(principal, { limit, cursor });
      const texts = await Promise.all(items.map((post) => posts.presentOne(principal.userId, post)));
      return sendJson(
        reply,
        200,
        `{"items":[${texts.join(',')}],"nextCursor":${JSON.stringify(nextCursor)}}`,
      );
    },
  );

  app.get(
    '/v1/users/:id/posts',
    {
      schema: {
        tags: ['posts'],
        summary: 'A person’s posts, newest first',
        params: Type.Object({ id: Type.String({ description: 'An id, or `@username`.' }) }),
        querystring: Type.Object({
          ...listQuery,
          hasMedia: Type.Optional(Type.Boolean({ description: 'Only posts with photos or videos.' })),
        }),
        response: { 200: listOf(postSchema) },
      },
      config: { auth: 'optional' },
    },
    async (request, reply) => {
      const { limit = listLimitDefault, cursor, hasMedia } = request.query;
      const page = { limit, cursor, hasMedia };
      const { items, nextCursor } = await posts.list(request.principal, request.params.id, page);
      const texts = await posts.present(request.principal?.userId ?? null, items);
      return sendJson(
        reply,
        200,
        `{"items":[${texts.join(',')}],"nextCursor":${JSON.stringify(nextCursor)}}`,
      );
    },
  );
}
