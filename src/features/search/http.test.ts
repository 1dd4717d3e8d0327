import assert from 'node:assert/strict';
import { test } from 'node:test';
import { as, testServer } from '../../http/test-server.ts';
import { Refusal } from '../../lib/refusal.ts';
import { searchRoutes } from './http.ts';
import type { Search, SearchPage } from './index.ts';

const me = '01gk7wqj5g0';

test('SEARCH-11 the routes answer as the interface says', async () => {
  const asked: SearchPage[] = [];
  const search: Search = {
    posts: async (_principal, page) => {
      if (page.q === 'busy') throw new Refusal('unavailable', 'Busy.', { retryAfterSeconds: 2 });
      asked.push(page);
      return { items: ['{"id":"a"}', '{"id":"b"}'], nextCursor: 'next' };
    },
    users: async () => ({ items: [{ username: 'ann' }], nextCursor: null }),
    hashtags: async () => ({ items: [{ hashtag: 'sea', posts: 3 }], nextCursor: null }),
    trending: async (limit) => [{ hashtag: 'sea', people: 2, score: 1.5 }].slice(0, limit),
    consume: () => Promise.reject(new Error('not here')),
    rebuild: async () => {},
    state: () => Promise.reject(new Error('not here')),
    idle: async () => {},
    close: () => {},
  };
  const app = await testServer({ holdsAnswers: false });
  searchRoutes(app, { search });
  const get = (url: string) => app.inject({ url, headers: as(me) });
  const posts = await get('/v1/search?q=sea%20side&limit=2&cursor=abc');
  assert.equal(posts.statusCode, 200);
  assert.match(String(posts.headers['content-type']), /^application\/json/);
  assert.deepEqual(posts.json(), { items: [{ id: 'a' }, { id: 'b' }], nextCursor: 'next' });
  assert.deepEqual(asked, [{ q: 'sea side', limit: 2, cursor: 'abc' }]);
  const users = await get('/v1/search?q=a&type=users');
  assert.deepEqual(users.json(), { items: [{ username: 'ann' }], nextCursor: null });
  const hashtags = await get('/v1/search?q=%23s&type=hashtags');
  assert.deepEqual(hashtags.json().items, [{ hashtag: 'sea', posts: 3 }]);
  const trending = await get('/v1/search/trending');
  assert.deepEqual(trending.json(), { items: [{ hashtag: 'sea', people: 2 }], nextCursor: null });
  for (const url of ['/v1/search', '/v1/search?q=', '/v1/search?q=a&type=files', '/v1/search?q=a&limit=0'])
    assert.equal((await get(url)).statusCode, 422, url);
  const busy = await get('/v1/search?q=busy');
  assert.deepEqual([busy.statusCode, busy.headers['retry-after']], [503, '2']);
  assert.equal((await app.inject('/v1/search?q=a')).statusCode, 401);
  await app.close();
});
