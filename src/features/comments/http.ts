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
import { type Comments, commentJson, commentSchema } from './index.ts';

const params = Type.Object({ id: idSchema });
const text = Type.String({ description: 'To 10,000 bytes of UTF-8.' });

export function commentRoutes(app: App, { comments }: { comments: Comments }): void {
  writingRoutes(app, comments);
  readingRoutes(app, comments);
}

function writingRoutes(app: App, comments: Comments): void {
  app.post(
    '/v1/comments',
    {
      schema: {
        tags: ['comments'],
        summary: 'Comment on a post, or reply to a comment',
        body: Type.Object({
          postId: idSchema,
          comment: text,
          parentId: Type.Optional(
            Type.Union([idSchema, Type.Null()], { description: 'The comment this replies to.' }),
          ),
          userId: Type.Optional(
            Type.String({ maxLength: 64, description: 'Where given, must be the caller.' }),
          ),
        }),
        response: { 201: commentSchema },
      },
      config: { auth: 'required', idempotent: true },
    },
    async (request, reply) => {
      const { parentId, ...input } = request.body;
      const made = await comments.create(
        caller(request),
        { ...input, parentId: parentId ?? undefined },
        request.claim,
      );
      return reply.code(201).send(commentJson(await comments.presentOwn(made)));
    },
  );

  app.patch(
    '/v1/comments/:id',
    {
      schema: {
        tags: ['comments'],
        summary: 'Change one’s own comment',
        description: 'Every earlier version is kept.',
        params,
        body: Type.Object({ comment: text }),
        response: { 200: commentSchema },
      },
      config: { auth: 'required' },
    },
    async (request) => {
      const changed = await comments.edit(caller(request), request.params.id, request.body);
      return commentJson(await comments.presentOwn(changed));
    },
  );

  app.delete(
    '/v1/comments/:id',
    {
      schema: {
        tags: ['comments'],
        summary: 'Delete a comment',
        description:
          'By its author, the author of the post, or an administrator. One with replies stays without its text.',
        params,
        response: { 204: Type.Null() },
      },
      config: { auth: 'required' },
    },
    async (request, reply) => {
      await comments.delete(caller(request), request.params.id);
      return reply.code(204).send(null);
    },
  );
}

function readingRoutes(app: App, comments: Comments): void {
  app.get(
    '/v1/posts/:id/comments',
    {
      schema: {
        tags: ['comments'],
        summary: 'Comments on a post, oldest first',
        description: 'Flat: each names the comment it replies to.',
        params,
        querystring: Type.Object({
          ...listQuery,
          parentId: Type.Optional(
            Type.String({ maxLength: 64, description: 'Only the replies to this comment.' }),
          ),
        }),
        response: { 200: listOf(commentSchema) },
      },
      config: { auth: 'optional' },
    },
    async (request) => {
      const { limit = listLimitDefault, cursor, parentId } = request.query;
      const page = await comments.list(request.principal, request.params.id, { limit, cursor, parentId });
      return { items: page.items.map(commentJson), nextCursor: page.nextCursor };
    },
  );

  app.get(
    '/v1/comments/:id/revisions',
    {
      schema: {
        tags: ['comments'],
        summary: 'What a comment said before its edits, newest first',
        params,
        querystring: Type.Object(listQuery),
        response: {
          200: listOf(Type.Object({ id: idSchema, comment: Type.String(), writtenAt: timeSchema })),
        },
      },
      config: { auth: 'optional' },
    },
    async (request) => {
      const { limit = listLimitDefault, cursor } = request.query;
      const page = await comments.revisions(request.principal, request.params.id, { limit, cursor });
      return {
        items: page.items.map((each) => ({
          id: each.id,
          comment: each.text,
          writtenAt: isoTime(each.writtenAtMs)!,
        })),
        nextCursor: page.nextCursor,
      };
    },
  );
}
