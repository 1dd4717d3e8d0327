import { Type } from 'typebox';
import { type App, caller, listLimitDefault, listOf, listQuery } from '../../http/route.ts';
import { userSchema } from '../accounts/index.ts';
import { postSchema } from '../posts/index.ts';
import type { Search } from './index.ts';
import { queryCharactersMax } from './parse-query.ts';
import { trendsMax } from './trending.ts';

const hashtagSchema = Type.Object({
  hashtag: Type.String({ description: 'Without `#`.' }),
  posts: Type.Integer({ description: 'Posts for everyone that carry it.' }),
});

const trendSchema = Type.Object({
  hashtag: Type.String({ description: 'Without `#`.' }),
  people: Type.Integer({ description: 'How many people used it in the last three days.' }),
});

export function searchRoutes(app: App, { search }: { search: Search }): void {
  app.get(
    '/v1/search',
    {
      schema: {
        tags: ['search'],
        summary: 'Find people, posts or hashtags',
        description:
          'Posts hold every word of the query, a `"phrase"` as it stands, every `#hashtag`, and with `@name` are by that person; best first. People are found by the beginning of their handle or of the words of their name, hashtags by their beginning. Only what the caller may see is found.',
        querystring: Type.Object({
          q: Type.String({ minLength: 1, maxLength: queryCharactersMax }),
          type: Type.Optional(Type.Enum(['users', 'posts', 'hashtags'], { default: 'posts' })),
          ...listQuery,
        }),
        response: { 200: listOf(Type.Union([postSchema, userSchema, hashtagSchema])) },
      },
      config: { auth: 'required', limit: 'search' },
    },
    async (request, reply) => {
      const { q, type = 'posts', limit = listLimitDefault, cursor } = request.query;
      const page = { q, limit, cursor };
      const principal = caller(request);
      if (type === 'users') return (await search.users(principal, page)) as never;
      if (type === 'hashtags') return (await search.hashtags(page)) as never;
      const { items, nextCursor } = await search.posts(principal, page);
      return reply
        .code(200)
        .header('content-type', 'application/json; charset=utf-8')
        .send(`{"items":[${items.join(',')}],"nextCursor":${JSON.stringify(nextCursor)}}` as never);
    },
  );

  app.get(
    '/v1/search/trending',
    {
      schema: {
        tags: ['search'],
        summary: 'Hashtags that many people use lately',
        description:
          'Each person counts once for a hashtag, the more the more recently. Of posts for everyone only.',
        querystring: Type.Object({
          limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: listLimitDefault })),
        }),
        response: { 200: listOf(trendSchema) },
      },
      config: { auth: 'required', limit: 'search' },
    },
    async (request) => {
      const trends = await search.trending(Math.min(request.query.limit ?? listLimitDefault, trendsMax));
      return { items: trends.map(({ hashtag, people }) => ({ hashtag, people })), nextCursor: null };
    },
  );
}
