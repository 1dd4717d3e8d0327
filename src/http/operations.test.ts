import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { describe, it } from 'node:test';
import { manualClock } from '../ports/clock/clock.ts';
import { createLoadGauge, lagMsMax } from './load-shedding.ts';
import { createLogger } from './logger.ts';
import { createMetrics } from './metrics.ts';
import type { App } from './route.ts';
import { testServer } from './test-server.ts';

const ask = (app: App, url: string, headers = {}, remoteAddress = '127.0.0.1') =>
  app.inject({ url, headers, remoteAddress });

describe('health', () => {
  it('says what is missing, and that it is alive all the same', async () => {
    let missing: string | undefined = 'is being opened';
    const app = await testServer({
      readyChecks: { records: () => missing, search: async () => Promise.reject(new Error('secret')) },
    });
    assert.equal((await ask(app, '/healthz')).statusCode, 200);
    const answer = await ask(app, '/readyz');
    assert.equal(answer.statusCode, 503);
    assert.deepEqual(answer.json(), {
      status: 'not ready',
      missing: { records: 'is being opened', search: 'failed' },
    });
    const other = await testServer({ readyChecks: { records: () => missing } });
    missing = undefined;
    assert.equal((await ask(other, '/readyz')).statusCode, 200);
  });
});

describe('metrics', () => {
  it('count requests by route template, method and class of status', async () => {
    const metrics = createMetrics();
    const app = await testServer({ metrics });
    app.get('/things/:id', { config: { auth: 'none' } }, async () => ({}));
    for (const path of ['/things/1', '/things/2', '/unknown/1', '/unknown/2']) await ask(app, path);
    metrics.gauge('kith_test_things', 'Things.', () => 7);
    const text = (await ask(app, '/metrics')).payload;
    assert.match(text, /_count\{method="GET",route="\/things\/:id",status="2xx"\} 2/);
    assert.match(text, /_bucket\{method="GET",route="\/things\/:id",status="2xx",le="\+Inf"\} 2/);
    assert.match(text, /_count\{method="ANY",route="\(unknown\)",status="4xx"\} 2/);
    assert.match(text, /^kith_test_things 7$/m);
    assert.match(text, /^kith_event_loop_lag_seconds /m);
    assert.equal(text.includes('/unknown'), false);
  });

  it('open to this machine or to the token only', async () => {
    const app = await testServer({ metrics: createMetrics(), metricsToken: 'a-long-enough-token' });
    const status = async (remoteAddress: string, headers = {}) =>
      (await ask(app, '/metrics', headers, remoteAddress)).statusCode;
    assert.equal(await status('127.0.0.1'), 200);
    assert.equal(await status('::ffff:127.0.0.1'), 200);
    assert.equal(await status('192.168.1.5'), 401);
    assert.equal(await status('127.0.0.1', { 'x-forwarded-for': '192.168.1.5' }), 401);
    assert.equal(await status('192.168.1.5', { authorization: 'Bearer a-long-enough-token' }), 200);
    assert.equal(await status('192.168.1.5', { authorization: 'Bearer wrong' }), 401);
    const proxied = await testServer({ metrics: createMetrics(), trustedProxies: ['127.0.0.1'] });
    assert.equal((await ask(proxied, '/metrics')).statusCode, 401);
  });
});

describe('load', () => {
  it('is shed after two late samples in a row, until one is in time', () => {
    const clock = manualClock();
    const gauge = createLoadGauge(clock);
    const after = (ms: number) => {
      clock.advance(ms);
      gauge.sample();
      return gauge.sheds('everything');
    };
    assert.equal(after(250), false);
    assert.equal(after(lagMsMax + 300), false);
    assert.equal(after(lagMsMax + 300), true);
    assert.equal(gauge.lagMs(), lagMsMax + 50);
    assert.equal(after(250), false);
  });

  it('gives up relevance first, then search, then live streams, then the rest', () => {
    const clock = manualClock();
    const gauge = createLoadGauge(clock);
    const shedAt = (lagMs: number) => {
      for (let i = 0; i < 2; i++) {
        clock.advance(250 + lagMs);
        gauge.sample();
      }
      return (['relevance', 'search', 'live', 'everything'] as const).filter(gauge.sheds);
    };
    assert.deepEqual(shedAt(0), []);
    assert.deepEqual(shedAt(300), ['relevance']);
    assert.deepEqual(shedAt(600), ['relevance', 'search']);
    assert.deepEqual(shedAt(800), ['relevance', 'search', 'live']);
    assert.deepEqual(shedAt(1100), ['relevance', 'search', 'live', 'everything']);
  });
});

describe('closing', () => {
  it('finishes the request under way, refuses new connections and ends kept ones', async () => {
    const app = await testServer();
    let finish = () => {};
    const began = new Promise<void>((resolve) => {
      app.get('/slow', { config: { auth: 'none' } }, async () => {
        resolve();
        await new Promise<void>((done) => {
          finish = done;
        });
        return { done: true };
      });
    });
    await app.listen({ port: 0, host: '127.0.0.1' });
    const { port } = app.server.address() as { port: number };
    const agent = new Agent({ keepAlive: true });
    const request = get({ port, host: '127.0.0.1', path: '/slow', agent });
    await began;
    const closed = app.close();
    finish();
    const [answer] = await once(request, 'response');
    assert.equal(answer.statusCode, 200);
    answer.resume();
    await closed;
    const refused = get({ port, host: '127.0.0.1', path: '/slow' });
    const [error] = await once(refused, 'error');
    assert.equal(error.code, 'ECONNREFUSED');
    agent.destroy();
  });
});

describe('the log', () => {
  it('names the failed request, and tells neither bodies nor credentials', async () => {
    const lines: string[] = [];
    const log = createLogger({
      level: 'info',
      destination: { write: (line: string) => void lines.push(line) },
    });
    const app = await testServer({ log });
    app.post('/fails', { config: { auth: 'none' } }, async (request) => {
      request.log.info({ email: 'anna@example.org', inner: { password: 'hunter2' } }, 'noted');
      throw new Error('broken');
    });
    const answer = await app.inject({
      method: 'POST',
      url: '/fails?token=hunter2',
      payload: { password: 'hunter2' },
      headers: { authorization: 'Bearer hunter2' },
    });
    assert.equal(answer.statusCode, 500);
    assert.equal(answer.payload.includes('broken'), false);
    const entries = lines.map((line) => JSON.parse(line));
    const id = answer.json().instance.split(':').at(-1);
    assert.deepEqual(
      entries.map(({ msg, requestId }) => [msg, requestId]),
      [
        ['noted', id],
        ['a request failed', id],
      ],
    );
    assert.equal(entries[1].route, '/fails');
    assert.equal(lines.join('').includes('hunter2'), false);
    assert.equal(lines.join('').includes('anna@'), false);
  });
});
