import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { LatencyLog } from './latency.ts';
import { readRequestFile, requestBytes, writeRequestFile } from './request-file.ts';
import { runPlan } from './run-plan.ts';

const folder = mkdtempSync(join(tmpdir(), 'kith-load-'));
const requestFile = join(folder, 'requests');
const server = createServer((request, response) => {
  asked.push(request.url!);
  response.writeHead(request.url === '/refused' ? 503 : 200).end('ok');
});
let asked: string[] = [];
let port = 0;

before(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
});
after(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

const plan = () => ({ port, connections: 4, requestFile, warmupMs: 0, durationMs: 60_000 });

test('request files keep their bytes', () => {
  const requests = [
    requestBytes({ path: '/', token: 't' }),
    requestBytes({ method: 'POST', path: '/é', body: { a: 'ü' } }),
  ];
  writeRequestFile(requestFile, requests);
  assert.deepEqual(readRequestFile(requestFile), requests);
});

test('sends each request once where as many are wanted as there are', async () => {
  asked = [];
  const paths = Array.from({ length: 40 }, (_, i) => `/${i}`);
  writeRequestFile(
    requestFile,
    paths.map((path) => requestBytes({ path })),
  );
  const result = await runPlan({ ...plan(), requestsMax: paths.length });
  assert.deepEqual([result.answered, result.refused], [40, {}]);
  assert.deepEqual(asked.toSorted(), paths.toSorted());
});

test('counts what is not a success apart', async () => {
  writeRequestFile(requestFile, [requestBytes({ path: '/refused' })]);
  const result = await runPlan({ ...plan(), durationMs: 50 });
  assert.equal(result.answered, 0);
  assert.ok(result.refused['503']! > 0);
});

test('an open loop sends at its rate', async () => {
  asked = [];
  writeRequestFile(requestFile, [requestBytes({ path: '/' })]);
  const result = await runPlan({ ...plan(), durationMs: 300, ratePerSecond: 100 });
  assert.ok(result.answered > 0 && result.answered < 100, `${result.answered}`);
  assert.equal(asked.length, result.answered);
});

test('percentiles are exact', () => {
  const log = new LatencyLog();
  for (let i = 100; i >= 1; i--) log.add(i);
  const { p50, p99, max, mean } = log.summary();
  assert.deepEqual([p50, p99, max, mean], [51, 100, 100, 50.5]);
});
