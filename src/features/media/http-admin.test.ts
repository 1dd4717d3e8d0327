import assert from 'node:assert/strict';
import { test } from 'node:test';
import { as, testServer } from '../../http/test-server.ts';
import { mediaAdminRoutes } from './http-admin.ts';

test('MEDIA-15: what was laid aside is listed a page at a time, and tried again one by one', async () => {
  const failed = ['00000000003', '00000000001', '00000000002'].map((mediaId) => {
    return { mediaId, ownerId: mediaId, filename: 'a.mp4', tries: 6, error: 'no', failedAtMs: 0 };
  });
  const retried: string[] = [];
  const app = await testServer();
  mediaAdminRoutes(app, {
    listFailed: async () => [...failed],
    retryFailed: async (id) =>
      failed.filter(({ mediaId }) => mediaId === id).map(() => retried.push(id!)).length,
  });
  const headers = as('00000000009', 'admin');
  const ids: string[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const url: string = `/v1/admin/media/failed?limit=2${cursor && `&cursor=${cursor}`}`;
    const page = (await app.inject({ url, headers })).json();
    ids.push(...page.items.map(({ mediaId }: { mediaId: string }) => mediaId));
    cursor = page.nextCursor;
  }
  assert.deepEqual(ids, ['00000000001', '00000000002', '00000000003']);
  const retry = (id: string, who = headers) =>
    app.inject({ method: 'POST', url: `/v1/admin/media/${id}/retry`, headers: who });
  assert.equal((await retry('00000000002')).statusCode, 204);
  assert.equal((await retry('00000000007')).statusCode, 404);
  assert.equal((await retry('00000000001', as('00000000001'))).statusCode, 403);
  assert.deepEqual(retried, ['00000000002']);
});
