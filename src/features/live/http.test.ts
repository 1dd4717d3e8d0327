import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import type { App } from '../../http/route.ts';
import { as, testServer } from '../../http/test-server.ts';
import { createIdSource } from '../../lib/ids.ts';
import { systemClock } from '../../ports/clock/clock.ts';
import { memoryPubSub } from '../../ports/pubsub/pubsub.ts';
import { createMemoryStore } from '../../ports/records/memory-store.ts';
import { type LiveRouteDeps, liveRoutes } from './http.ts';
import { announce, createLive } from './index.ts';

async function liveServer(ownAuthenticators: Partial<LiveRouteDeps['authenticators']> = {}) {
  const ids = createIdSource({ nowMs: systemClock.nowMs });
  const { records, log } = createMemoryStore();
  const pubsub = memoryPubSub();
  const ann = ids.next();
  const live = createLive({
    log,
    pubsub,
    clock: systemClock,
    graph: {
      viewer: async (userId) => ({ userId, following: new Set(), blocked: new Set(), muted: new Set() }),
    },
    posts: {
      cardsById: async (list) =>
        list.map((id) => ({ id, authorId: ann, feedKey: id, visibility: 'public', body: '' })),
      visible: async (_viewer, cards) => cards.map(() => true),
      present: async (_viewer, cards) => cards.map(({ id }) => JSON.stringify({ id })),
      counts: async (list) => list.map(() => ({ likes: 0, comments: 0, reactions: {} })),
    },
    newestNotification: async () => ({ unread: 0, newest: null }),
    notificationJson: (view) => view,
  });
  await live.start();
  const authenticators = {
    byToken: async (token: string) =>
      token === `user:${ann}` ? { userId: ann, isAdmin: false, credentialId: null } : undefined,
    byBasic: async () => ({ userId: ann, isAdmin: false, credentialId: 'app-password:one' }),
    hasAppPassword: async () => true,
    ...ownAuthenticators,
  };
  const app = await testServer({ authenticators });
  liveRoutes(app, { live, pubsub, authenticators });
  return { app, ids, live, records, pubsub, ann };
}

async function listenAt(app: App): Promise<string> {
  await app.listen({ port: 0, host: '127.0.0.1' });
  return `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
}

test('LIVE-13 a real connection gets events at once, and the server stops with streams open', async () => {
  const { app, ids, live, records, ann } = await liveServer();
  const base = await listenAt(app);
  try {
    assert.equal((await fetch(`${base}/v1/stream`)).status, 401);
    const head = await fetch(`${base}/v1/stream`, { method: 'HEAD', headers: as(ann) });
    assert.equal(head.status, 405, 'a stream is for reading only');
    assert.equal(live.streamsCount, 0);
    const response = await fetch(`${base}/v1/stream`, { headers: as(ann) });
    assert.equal(response.status, 200);
    assert.match(response.headers.get('content-type')!, /^text\/event-stream/);
    assert.equal(response.headers.get('x-content-type-options'), 'nosniff');
    let text = '';
    const reading = (async () => {
      for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) text += chunk;
    })();
    const seen = async (pattern: RegExp) => {
      while (!pattern.test(text)) await new Promise((resolve) => setTimeout(resolve, 5));
      return pattern.exec(text)!;
    };
    const [, streamId] = await seen(/event: ready\ndata: {"streamId":"([^"]+)"}/);
    const postId = ids.next();
    const data = { postId, authorId: ann, feedKey: postId, what: 'published' };
    await records.commit({ decide: [], hints: [{ kind: 'post.changed', key: ann, data }] });
    await seen(new RegExp(`event: post\ndata: .*"post":{"id":"${postId}"}`));
    const put = await fetch(`${base}/v1/stream/${streamId}/posts`, {
      method: 'PUT',
      headers: { ...as(ann), 'content-type': 'application/json' },
      body: JSON.stringify({ postIds: [ids.next()] }),
    });
    assert.equal(put.status, 204);
    const aborted = new AbortController();
    await fetch(`${base}/v1/stream`, { headers: as(ann), signal: aborted.signal });
    assert.equal(live.streamsCount, 2);
    aborted.abort();
    while (live.streamsCount > 1) await new Promise((resolve) => setTimeout(resolve, 5));
    await app.close();
    await reading;
    assert.equal(live.streamsCount, 0);
  } finally {
    await app.close();
  }
});

test('LIVE-11 removing the app password that opened a stream ends it, and no other', async () => {
  const removed = new Set<string | null>();
  const { app, live, pubsub, ann } = await liveServer({
    hasAppPassword: async ({ credentialId }) => !removed.has(credentialId),
  });
  const base = await listenAt(app);
  try {
    const basic = { authorization: `Basic ${Buffer.from('ann:secret').toString('base64')}` };
    const script = await fetch(`${base}/v1/stream`, { headers: basic });
    const page = await fetch(`${base}/v1/stream`, { headers: as(ann) });
    assert.deepEqual([script.status, page.status], [200, 200]);
    removed.add('app-password:one');
    announce(pubsub, ann, { type: 'check' });
    assert.match(await script.text(), /event: end\n/);
    assert.equal(live.streamsCount, 1);
  } finally {
    await app.close();
  }
});
