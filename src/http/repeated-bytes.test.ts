import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { createMetrics, type Metrics } from './metrics.ts';
import { sendRepeated } from './repeated-bytes.ts';
import type { App } from './route.ts';
import { testServer } from './test-server.ts';

const page = Buffer.from(JSON.stringify({ text: 'Grüße, привет, 你好 👋', rest: 'x'.repeat(20_000) }));

describe('bytes that are sent again and again', () => {
  let app: App;
  let origin: string;
  let metrics: Metrics;
  beforeEach(async () => {
    metrics = createMetrics();
    app = await testServer({ metrics });
    app.get('/page', { config: { auth: 'none' } }, async (request, reply) => {
      reply.header('content-type', 'application/json; charset=utf-8');
      return sendRepeated(request, reply, page) as never;
    });
    await app.listen({ port: 0, host: '127.0.0.1' });
    origin = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  });
  afterEach(() => app.close());

  it('arrive the same every time, with every header', async () => {
    for (let time = 1; time <= 4; time++) {
      const answer = await fetch(`${origin}/page`);
      assert.equal(answer.status, 200);
      assert.deepEqual(Buffer.from(await answer.arrayBuffer()), page, `time ${time}`);
      assert.equal(answer.headers.get('content-length'), String(page.length));
      assert.equal(answer.headers.get('content-type'), 'application/json; charset=utf-8');
      assert.equal(answer.headers.get('x-content-type-options'), 'nosniff');
      assert.equal(answer.headers.get('cache-control'), 'no-store');
    }
  });

  it('are only announced to who asks for the head', async () => {
    for (let time = 1; time <= 3; time++) {
      const answer = await fetch(`${origin}/page`, { method: 'HEAD' });
      assert.equal(answer.headers.get('content-length'), String(page.length));
      assert.equal((await answer.arrayBuffer()).byteLength, 0);
    }
  });

  it('are counted, once each', async () => {
    const counted = async () =>
      Number(/kith_http[^\n]*_count\{[^}]*route="\/page"[^}]*\} (\d+)/.exec(await metrics.text())?.[1] ?? 0);
    const before = await counted();
    for (let time = 1; time <= 3; time++) await (await fetch(`${origin}/page`)).arrayBuffer();
    assert.equal((await counted()) - before, 3);
  });

  it('leave as a feature finishes them', async () => {
    const whole = new Map<string, Buffer>();
    app.finishing.bytes = ({ host }, bytes) => {
      const found = whole.get(host) ?? Buffer.from(bytes.toString().replace('привет', host));
      whole.set(host, found);
      return found;
    };
    for (let time = 1; time <= 3; time++) {
      const text = await (await fetch(`${origin}/page`)).text();
      assert.equal(text, page.toString().replace('привет', new URL(origin).host));
    }
  });
});
