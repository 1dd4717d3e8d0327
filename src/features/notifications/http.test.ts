import assert from 'node:assert/strict';
import { test } from 'node:test';
import { as, testServer } from '../../http/test-server.ts';
import { invalid } from '../../lib/refusal.ts';
import { notificationRoutes } from './http.ts';
import type { NotificationView } from './index.ts';

const me = '01gk7wqj5g0';

test('NOTIF-13 the routes answer as the interface says', async () => {
  const view: NotificationView = {
    id: me,
    kind: 'like',
    actors: [{ id: me, username: 'ann', displayName: 'Ann', avatarUrl: null }],
    actorCount: 1,
    post: { id: me, excerpt: 'Hello' },
    comment: null,
    file: null,
    text: 'Ann liked your post',
    createdAtMs: 0,
    updatedAtMs: 1000,
    read: false,
  };
  const marked: string[] = [];
  const app = await testServer();
  notificationRoutes(app, {
    notifications: {
      list: async (_principal, { limit }) => ({ items: [view].slice(0, limit), nextCursor: null, unread: 1 }),
      markRead: async (_principal, { upTo }) => {
        if (upTo === 'nonsense') throw invalid('upTo', 'This is not the id of a notification.');
        marked.push(upTo);
      },
      unread: async () => 1,
      newest: async () => ({ unread: 1, newest: view }),
      eraseOf: async () => true,
      consume: () => Promise.reject(new Error('not here')),
    },
  });
  const list = await app.inject({ url: '/v1/notifications', headers: as(me) });
  assert.equal(list.statusCode, 200);
  const { createdAtMs: _created, updatedAtMs: _updated, ...rest } = view;
  const times = { createdAt: '1970-01-01T00:00:00.000Z', updatedAt: '1970-01-01T00:00:01.000Z' };
  assert.deepEqual(list.json(), { items: [{ ...rest, ...times }], nextCursor: null, unread: 1 });
  const read = (payload: object) =>
    app.inject({ method: 'POST', url: '/v1/notifications/read', headers: as(me), payload });
  assert.equal((await read({ upTo: me })).statusCode, 204);
  assert.deepEqual(marked, [me]);
  for (const body of [{ upTo: 'nonsense' }, {}, { upTo: 5 }])
    assert.equal((await read(body)).statusCode, 422);
  assert.equal((await app.inject('/v1/notifications')).statusCode, 401);
  const tooMany = await app.inject({ url: '/v1/notifications?limit=101', headers: as(me) });
  assert.equal(tooMany.statusCode, 422);
  await app.close();
});
