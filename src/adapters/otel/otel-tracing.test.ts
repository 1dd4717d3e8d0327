import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import fastify from 'fastify';
import type { App } from '../../http/route.ts';
import { traceRequests } from '../../http/trace-requests.ts';
import { createMemoryStore } from '../../ports/records/memory-store.ts';
import { tracedLog } from '../../ports/tracing/traced-log.ts';
import { tracedRecords } from '../../ports/tracing/traced-records.ts';
import { otelTracing } from './otel-tracing.ts';

interface SpanJson {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  links?: { traceId: string; spanId: string }[];
  status?: { code?: number };
}

async function collector() {
  const spans: SpanJson[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = JSON.parse(Buffer.concat(chunks).toString()) as {
      resourceSpans: { scopeSpans: { spans: SpanJson[] }[] }[];
    };
    for (const { scopeSpans } of body.resourceSpans)
      for (const scope of scopeSpans) spans.push(...scope.spans);
    response.setHeader('content-type', 'application/json').end('{}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    spans,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

const world = (url: string, percent = 100) => {
  const tracing = otelTracing({ url, percent, attributes: { 'service.name': 'kith' } });
  const store = createMemoryStore();
  return {
    tracing,
    records: tracedRecords(store.records, tracing),
    log: tracedLog(store.log, tracing),
    store,
  };
};
const hint = { kind: 'post.changed', key: 'a', data: { postId: 'p' } };

test('a request, its commit and what handles its hint are one story', async () => {
  const target = await collector();
  const { tracing, records, log } = world(target.url);
  const app = fastify() as unknown as App;
  traceRequests(app, tracing);
  app.post('/things/:id', async () => {
    await nextTurn();
    await records.commit({ decide: [], hints: [hint] });
    return {};
  });
  const seen: unknown[] = [];
  const subscription = await log.subscribe({
    group: 'indexer',
    start: 'stored',
    handle: async (entries) => {
      for (const { data } of entries) seen.push(data);
    },
  });
  await app.inject({ method: 'POST', url: '/things/7', payload: { a: 1 } });
  await subscription.caughtUp();
  assert.deepEqual(seen, [{ postId: 'p' }], 'nobody else sees the mark');
  assert.deepEqual((await log.read(0, 10))[0]!.data, { postId: 'p' });
  await subscription.close();
  await app.close();
  await tracing.close();
  target.close();
  const named = (name: string) => target.spans.find((span) => span.name === name)!;
  const [request, commit, handled] = [named('POST /things/:id'), named('commit'), named('handle indexer')];
  assert.equal(commit.parentSpanId, request.spanId);
  assert.equal(commit.traceId, request.traceId);
  assert.deepEqual(
    handled.links?.map(({ traceId, spanId }) => ({ traceId, spanId })),
    [{ traceId: commit.traceId, spanId: commit.spanId }],
  );
});

test('what is not followed leaves no mark, and a collector that is away holds nothing up', async () => {
  const { tracing, records, store } = world('http://127.0.0.1:9', 0);
  await records.commit({ decide: [], hints: [hint] });
  assert.deepEqual((await store.log.read(0, 10))[0]!.data, { postId: 'p' });
  assert.equal(tracing.current(), undefined);
  await tracing.close();
  const away = otelTracing({ url: 'http://127.0.0.1:9', percent: 100, attributes: {} });
  away.begin('one').end();
  await away.close();
});

test('a failure is told by its kind', async () => {
  const target = await collector();
  const { tracing } = world(target.url);
  tracing.begin('one').end({ error: new TypeError('ann@example.org is no name') });
  await tracing.close();
  target.close();
  assert.equal(target.spans[0]!.status?.code, 2);
  assert.equal(JSON.stringify(target.spans).includes('ann@'), false);
});
