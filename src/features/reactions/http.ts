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
import { type Posts, postSchema, reactionKinds, shortUserSchema } from '../posts/index.ts';
import type { Reactions } from './index.ts';

const kindSchema = Type.Enum([...reactionKinds]);
const reactionSchema = Type.Object({
  postId: idSchema,
  reaction: kindSchema,
  createdAt: timeSchema,
  counts: postSchema.properties.counts,
});

export function reactionRoutes(
  app: App,
  { reactions, posts }: { reactions: Reactions; posts: Pick<Posts, 'counts'> },
): void {
  app.post(
    '/v1/likes',
    {
      schema: {
        tags: ['reactions'],
        summary: 'React to a post, or choose another reaction',
        description: 'One reaction a person and post: 201 the first time, 200 from then on.',
        body: Type.Object({
          postId: idSchema,
          reaction: Type.Optional(kindSchema),
          userId: Type.Optional(
            Type.String({ maxLength: 64, description: 'Where given, must be the caller.' }),
          ),
        }),
        response: { 200: reactionSchema, 201: reactionSchema },
      },
      config: { auth: 'required', idempotent: true },
    },
    async (request, reply) => {
      const { postId } = request.body;
      const { reaction, isNew } = await reactions.react(caller(request), request.body, request.claim);
      const [counts] = await posts.counts([postId]);
      const createdAt = isoTime(reaction.createdAtMs)!;
      return reply
        .code(isNew ? 201 : 200)
        .send({ postId, reaction: reaction.kind, createdAt, counts: counts! });
    },
  );

  app.delete(
    '/v1/likes/:postId',
    {
      schema: {
        tags: ['reactions'],
        summary: 'Take one’s reaction back',
        description: '204 also where there is none.',
        params: Type.Object({ postId: idSchema }),
        response: { 204: Type.Null() },
      },
      config: { auth: 'required' },
    },
    async (request, reply) => {
      await reactions.takeBack(caller(request), request.params.postId);
      return reply.code(204).send(null);
    },
  );

  app.get(
    '/v1/posts/:id/likes',
    {
      schema: {
        tags: ['reactions'],
        summary: 'Who reacted to a post, newest first',
        params: Type.Object({ id: idSchema }),
        querystring: Type.Object(listQuery),
        response: {
          200: listOf(Type.Object({ user: shortUserSchema, reaction: kindSchema, createdAt: timeSchema })),
        },
      },
      config: { auth: 'optional' },
    },
    async (request) => {
      const { limit = listLimitDefault, cursor } = request.query;
      const page = await reactions.list(request.principal, request.params.id, { limit, cursor });
      return {
        items: page.items.map(({ createdAtMs, ...item }) => ({ ...item, createdAt: isoTime(createdAtMs)! })),
        nextCursor: page.nextCursor,
      };
    },
  );
}
