/** A case, at least one, for every documented route of the interface. */
import { accountCases, adminCases } from './account-cases.ts';
import { compatCases } from './compat-cases.ts';
import { fileCases } from './file-cases.ts';
import { mediaCases } from './media-cases.ts';
import { publicCases } from './public-cases.ts';
import { pushCases } from './push-cases.ts';
import { idOf, type RouteCase } from './route-case.ts';
import { transferCases } from './transfer-cases.ts';
import type { World } from './world.ts';

/** Somebody who asks to follow paul, who is private. */
async function asking(w: World) {
  const person = await w.somebody();
  await person.post('/v1/follow', { followeeId: w.paul.id });
  return { params: { userId: person.id } };
}

const graphCases: RouteCase[] = [
  {
    route: 'POST /v1/follow',
    ask: async (w) => ({
      body: { followeeId: (await w.somebody()).id, followerId: w.anna.id, followedDateTime: 'yesterday' },
    }),
    status: 201,
    others: { berta: 403 },
  },
  {
    route: 'POST /v1/follow',
    as: 'berta',
    ask: (w) => ({ body: { followeeId: w.anna.id } }),
    status: 200,
    others: { clara: 404 },
  },
  {
    route: 'DELETE /v1/follow/{id}',
    ask: async (w) => {
      const { id } = await w.somebody();
      await w.anna.post('/v1/follow', { followeeId: id });
      return idOf(id);
    },
    status: 204,
    others: 'own',
  },
  {
    route: 'DELETE /v1/users/me/followers/{id}',
    ask: async (w) => {
      const person = await w.somebody();
      await person.post('/v1/follow', { followeeId: w.anna.id });
      return idOf(person.id);
    },
    status: 204,
    others: 'own',
  },
  ...['followers', 'following'].flatMap((name): RouteCase[] => [
    {
      route: `GET /v1/users/{id}/${name}`,
      as: 'berta',
      ask: (w) => idOf(w.paul.id),
      status: 200,
      others: { dora: 404, nobody: 404 },
    },
    {
      route: `GET /v1/users/{id}/${name}`,
      as: 'nobody',
      ask: (w) => idOf(w.anna.id),
      status: 200,
      others: { clara: 404 },
    },
  ]),
  { route: 'GET /v1/follow-history', status: 200, others: 'own' },
  { route: 'GET /v1/follow-requests', as: 'paul', status: 200, others: 'own' },
  {
    route: 'PUT /v1/follow-requests/{userId}',
    as: 'paul',
    ask: asking,
    status: 204,
    others: { berta: 404 },
  },
  { route: 'DELETE /v1/follow-requests/{userId}', as: 'paul', ask: asking, status: 204, others: 'own' },
  ...['blocks', 'mutes'].flatMap((name): RouteCase[] => [
    { route: `GET /v1/${name}`, status: 200, others: 'own' },
    {
      route: `PUT /v1/${name}/{id}`,
      ask: async (w) => idOf((await w.somebody()).id),
      status: 204,
      others: 'own',
    },
    {
      route: `DELETE /v1/${name}/{id}`,
      ask: async (w) => {
        const { id } = await w.somebody();
        await w.anna.put(`/v1/${name}/${id}`);
        return idOf(id);
      },
      status: 204,
      others: 'own',
    },
  ]),
];

const annasPost = async (w: World) => idOf(await w.postBy(w.anna));
const seenByAll = { dora: 200, nobody: 200, clara: 404 };

const postCases: RouteCase[] = [
  {
    route: 'POST /v1/posts',
    ask: (w) => ({
      body: {
        text: 'Hello',
        title: 'A title',
        description: 'in words',
        hashtags: '#sea #sand',
        visibility: 'followers',
        userId: w.anna.id,
      },
    }),
    status: 201,
    others: { berta: 403 },
  },
  { route: 'GET /v1/posts/{id}', as: 'berta', ask: annasPost, status: 200, others: seenByAll },
  {
    route: 'PATCH /v1/posts/{id}',
    ask: async (w) => ({
      ...(await annasPost(w)),
      body: {
        text: 'Hello again',
        title: '',
        description: '',
        hashtags: ['other'],
        visibility: 'public',
      },
    }),
    status: 200,
    others: { berta: 403, clara: 404 },
  },
  {
    route: 'DELETE /v1/posts/{id}',
    ask: annasPost,
    status: 204,
    others: { berta: 403, clara: 404 },
  },
  { route: 'GET /v1/posts/{id}/revisions', as: 'berta', ask: annasPost, status: 200, others: seenByAll },
  { route: 'GET /v1/users/me/pending-posts', status: 200, others: 'own' },
  {
    route: 'GET /v1/users/{id}/posts',
    as: 'berta',
    ask: (w) => idOf(w.anna.id),
    status: 200,
    others: seenByAll,
  },
  {
    route: 'POST /v1/likes',
    ask: async (w) => ({
      body: { postId: await w.postBy(w.berta), reaction: 'wow', userId: w.anna.id },
    }),
    status: 201,
    others: { dora: 403 },
  },
  {
    route: 'POST /v1/likes',
    as: 'berta',
    ask: async (w) => ({ body: { postId: await w.postBy(w.anna) } }),
    status: 201,
    others: { clara: 404 },
  },
  {
    route: 'DELETE /v1/likes/{postId}',
    ask: async (w) => {
      const postId = await w.postBy(w.berta);
      await w.anna.post('/v1/likes', { postId });
      return { params: { postId } };
    },
    status: 204,
    others: 'own',
  },
  { route: 'GET /v1/posts/{id}/likes', as: 'berta', ask: annasPost, status: 200, others: seenByAll },
  {
    route: 'POST /v1/comments',
    ask: async (w) => {
      const postId = await w.postBy(w.berta);
      const parentId = await w.commentBy(w.berta, postId);
      return { body: { postId, comment: 'yes', parentId, userId: w.anna.id } };
    },
    status: 201,
    others: { dora: 403 },
  },
  {
    route: 'POST /v1/comments',
    as: 'berta',
    ask: async (w) => ({ body: { postId: await w.postBy(w.anna), comment: 'yes' } }),
    status: 201,
    others: { clara: 404 },
  },
  {
    route: 'PATCH /v1/comments/{id}',
    ask: async (w) => ({
      ...idOf(await w.commentBy(w.anna, await w.postBy(w.anna))),
      body: { comment: 'rather' },
    }),
    status: 200,
    others: { berta: 403, clara: 404 },
  },
  {
    route: 'DELETE /v1/comments/{id}',
    ask: async (w) => idOf(await w.commentBy(w.anna, await w.postBy(w.berta))),
    status: 204,
    others: { dora: 403, clara: 404 },
  },
  { route: 'GET /v1/posts/{id}/comments', as: 'berta', ask: annasPost, status: 200, others: seenByAll },
  {
    route: 'GET /v1/comments/{id}/revisions',
    as: 'berta',
    ask: async (w) => idOf(await w.commentBy(w.anna, await w.postBy(w.anna))),
    status: 200,
    others: seenByAll,
  },
  {
    route: 'POST /v1/views',
    ask: async (w) => ({ body: { views: [{ postId: await w.postBy(w.berta), dwellMs: 1200 }] } }),
    status: 202,
    others: 'own',
  },
];

/** A report of one of dora's posts. */
async function report(w: World) {
  const postId = await w.postBy(w.dora);
  return idOf((await w.anna.post('/v1/reports', { postId, reason: 'spam' })).id);
}

const moderationCases: RouteCase[] = [
  {
    route: 'POST /v1/reports',
    as: 'berta',
    ask: async (w) => ({ body: { postId: await w.postBy(w.anna), reason: 'spam', note: 'look' } }),
    status: 201,
    others: { clara: 404 },
  },
  { route: 'GET /v1/admin/reports', as: 'admin', status: 200, others: 'own' },
  { route: 'GET /v1/admin/reports/{id}', as: 'admin', ask: report, status: 200, others: { berta: 403 } },
  {
    route: 'POST /v1/admin/reports/{id}/resolution',
    as: 'admin',
    ask: async (w) => ({ ...(await report(w)), body: { action: 'dismiss', note: 'all is well' } }),
    status: 200,
    others: { berta: 403 },
  },
];

const readingCases: RouteCase[] = [
  {
    route: 'GET /v1/feeds/{userId}',
    ask: (w) => ({ params: { userId: w.anna.id } }),
    status: 200,
    others: { berta: 403, admin: 403 },
  },
  { route: 'GET /v1/notifications', status: 200, others: 'own' },
  {
    route: 'POST /v1/notifications/read',
    ask: async (w) => {
      const [newest] = (await w.anna.get('/v1/notifications')).items;
      return { body: { upTo: newest?.id ?? w.anna.id } };
    },
    status: 204,
    others: 'own',
  },
  {
    route: 'GET /v1/search',
    ask: () => ({ query: { q: 'talk', type: 'posts' } }),
    status: 200,
    others: 'own',
  },
  { route: 'GET /v1/search/trending', status: 200, others: 'own' },
  { route: 'GET /v1/stream', status: 200, others: 'own' },
  {
    route: 'PUT /v1/stream/{streamId}/posts',
    ask: async (w) => ({
      params: { streamId: 'nobody-has-this' },
      body: { postIds: [await w.postBy(w.anna)] },
    }),
    status: 204,
    others: 'own',
  },
];

export const routeCases: readonly RouteCase[] = [
  ...accountCases,
  ...adminCases,
  ...graphCases,
  ...postCases,
  ...mediaCases,
  ...fileCases,
  ...transferCases,
  ...moderationCases,
  ...readingCases,
  ...publicCases,
  ...pushCases,
  ...compatCases,
];
