import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { as, testServer } from '../../http/test-server.ts';
import { feedRoutes } from './http.ts';
import { feedWorld } from './test-world.ts';

describe('GET /v1/feeds/:userId', () => {
  it('FEED-1 FEED-2 FEED-5 answers by its schema', async () => {
    const world = feedWorld();
    const process = await world.startProcess();
    const app = await testServer();
    feedRoutes(app, process);
    const [reader, author] = [world.join(), world.join()];
    await process.graph.follow(reader, { followeeId: author.userId });
    for (let i = 0; i < 25; i++) await world.post(process, author);
    const get = (query: string, userId = reader.userId) =>
      app.inject({ url: `/v1/feeds/${userId}${query}`, headers: as(reader.userId) });

    const first = await get('');
    assert.equal(first.statusCode, 200);
    assert.match(String(first.headers['content-type']), /^application\/json/);
    const { items, nextCursor } = first.json();
    assert.equal(items.length, 20);
    const second = (await get(`?cursor=${nextCursor}`)).json();
    assert.deepEqual([second.items.length, second.nextCursor], [5, null]);

    const relevant = (await get('?order=relevant&limit=3')).json();
    assert.deepEqual(Object.keys(relevant.items[0]), ['post', 'reason']);
    assert.deepEqual(Object.keys(relevant.items[0].reason), ['code', 'text']);
    const rest = await get(`?order=relevant&limit=100&cursor=${relevant.nextCursor}`);
    assert.equal(rest.json().items.length, 22);

    assert.equal((await get('', author.userId)).statusCode, 403);
    for (const query of [
      '?limit=0',
      '?limit=101',
      '?order=best',
      '?cursor=x',
      `?order=relevant&cursor=${nextCursor}`,
    ])
      assert.equal((await get(query)).statusCode, 422, query);
    assert.equal((await app.inject({ url: `/v1/feeds/${reader.userId}` })).statusCode, 401);
    await app.close();
    await process.stop();
  });
});
