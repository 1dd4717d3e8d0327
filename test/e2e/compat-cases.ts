/** The other request shapes, each with the members that its clients send. */
import type { RouteCase } from './route-case.ts';
import { passwordOf, type World } from './world.ts';

const annas = (w: World) => ({ params: { userId: w.anna.id } });
const notAnna = { berta: 403 };

export const compatCases: RouteCase[] = [
  {
    route: 'POST /post',
    ask: (w) => ({ body: { title: 'A title', description: 'in words', userId: w.anna.id } }),
    status: 201,
    others: notAnna,
  },
  {
    route: 'GET /post/user/{userId}',
    as: 'berta',
    ask: annas,
    status: 200,
    others: { clara: 404, nobody: 200 },
  },
  {
    route: 'GET /user/profile/{userId}',
    as: 'berta',
    ask: annas,
    status: 200,
    others: { clara: 404, nobody: 200 },
  },
  { route: 'GET /user/feed/{userId}', ask: annas, status: 200, others: notAnna },
  {
    route: 'POST /user/{userId}/post',
    ask: (w) => ({ ...annas(w), body: { data: 'some words', dataTitle: 'Words', dataType: 'text' } }),
    status: 201,
    others: notAnna,
  },
  {
    route: 'POST /user/{userId}/{mediaId}',
    ask: async (w) => ({
      params: { userId: w.anna.id, mediaId: await w.postBy(w.berta) },
      body: { commentText: 'how nice', dateTime: '2020-06-20T00:00:00-0700[utz]' },
    }),
    status: 201,
    others: notAnna,
  },
  {
    route: 'POST /user/{userId}/{mediaId}',
    as: 'berta',
    ask: async (w) => ({
      params: { userId: w.berta.id, mediaId: await w.postBy(w.anna) },
      body: { commentText: 'how nice' },
    }),
    status: 201,
    others: { clara: 403 },
  },
  {
    route: 'DELETE /user/{userId}/post/{photoId}',
    ask: async (w) => ({ params: { userId: w.anna.id, photoId: await w.postBy(w.anna) } }),
    status: 204,
    others: notAnna,
  },
  {
    route: 'POST /user/{userId}/follow',
    ask: async (w) => ({
      ...annas(w),
      body: { followId: (await w.somebody()).id, followedDateTime: '2020-06-20T00:00:00Z' },
    }),
    status: 201,
    others: notAnna,
  },
  {
    route: 'POST /user/{userId}/unfollow',
    ask: async (w) => {
      const followId = (await w.somebody()).id;
      await w.anna.post('/v1/follow', { followeeId: followId });
      return { ...annas(w), body: { followId, unfollowedDateTime: '2020-06-21T00:00:00Z' } };
    },
    status: 204,
    others: notAnna,
  },
  { route: 'GET /user/{userId}/news-feed', ask: annas, status: 200, others: notAnna },
  { route: 'GET /get_homepage', status: 200, others: { nobody: 200 } },
  {
    route: 'POST /register',
    as: 'nobody',
    ask: (w) => {
      const name = w.freshName();
      return {
        body: {
          name,
          username: name,
          email: `${name}@example.org`,
          password: passwordOf(name),
          location: 'Linz',
          gender: 'none',
          bio: '',
          birthDate: '1990-05-31',
        },
      };
    },
    status: 201,
    others: 'everybody',
  },
  {
    route: 'POST /login',
    as: 'nobody',
    ask: () => ({ body: { login: 'anna', password: passwordOf('anna') } }),
    status: 201,
    others: 'everybody',
  },
  {
    // Until photos can be uploaded there is nothing that could be posted.
    route: 'POST /post_image',
    ask: (w) => ({ body: { mediaUrl: '/media/1', description: 'the lake', userId: w.anna.id } }),
    status: 422,
    others: notAnna,
  },
  { route: 'GET /search_user', ask: () => ({ query: { q: 'anna' } }), status: 200, others: 'own' },
  {
    route: 'POST /follow',
    ask: async (w) => ({ body: { followeeId: (await w.somebody()).id, followerId: w.anna.id } }),
    status: 201,
    others: notAnna,
  },
  { route: 'GET /get_timeline', status: 200, others: 'own' },
];
