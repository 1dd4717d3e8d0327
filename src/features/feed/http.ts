import { Type } from 'typebox';
import { sendRepeated } from '../../http/repeated-bytes.ts';
import { type App, caller, idSchema, listLimitDefault, listOf, listQuery } from '../../http/route.ts';
import { type Feed, feedItemSchema, feedOrderSchema } from './index.ts';

/** Pages are sent as the bytes that the feature has put together, which the schema describes. */
export function feedRoutes(app: App, { feed }: { feed: Pick<Feed, 'readBytes'> }): void {
  app.get(
    '/v1/feeds/:userId',
    {
      schema: {
        tags: ['feed'],
        summary: 'One’s own feed',
        description:
          'Posts of the people one follows, and one’s own. A page is full unless it is the last; a cursor neither skips nor repeats while posts arrive.',
        params: Type.Object({ userId: idSchema }),
        querystring: Type.Object({ ...listQuery, order: feedOrderSchema }),
        response: { 200: listOf(feedItemSchema) },
      },
      config: { auth: 'required' },
    },
    async (request, reply) => {
      const { limit = listLimitDefault, cursor, order = 'recent' } = request.query;
      const withoutRanking = request.server.load.sheds('relevance');
      const page = await feed.readBytes(caller(request), request.params.userId, {
        order,
        limit,
        cursor,
        withoutRanking,
      });
      reply.header('content-type', 'application/json; charset=utf-8');
      return sendRepeated(request, reply, page);
    },
  );
}
