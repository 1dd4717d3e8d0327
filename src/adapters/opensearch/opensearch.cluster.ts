import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { test } from 'node:test';
import { Client } from '@opensearch-project/opensearch';
import { manualClock, systemClock } from '../../ports/clock/clock.ts';
import { searchAgreement } from '../../ports/search/agreement.ts';
import { idAt, postDocument, postQuery, searchContract, userDocument } from '../../ports/search/contract.ts';
import type { SearchIndex } from '../../ports/search/search.ts';
import { type OpenSearchOptions, openOpenSearch } from './opensearch.ts';

const url = process.env['KITH_OPENSEARCH'] ?? 'http://127.0.0.1:19200';
const engine = new Client({ node: url });
const newPrefix = () => `kith-test-${randomBytes(6).toString('hex')}`;
const removeAll = (pattern: string) => engine.transport.request({ method: 'DELETE', path: `/${pattern}` });
const openIndexes = async (prefix: string) => {
  const { body } = await engine.transport.request({ method: 'GET', path: `/${prefix}-*/_alias` });
  return Object.keys(body as object);
};

const create = async ({ rankedMax }: { rankedMax: number }) => {
  const indexPrefix = newPrefix();
  const index = await openOpenSearch({ url, indexPrefix, rankedMax });
  return {
    index,
    dispose: async () => {
      await index.close();
      await removeAll(`${indexPrefix}-*`);
    },
  };
};

searchContract('opensearch', { create });
searchAgreement('opensearch', { create, rounds: 10 });

/** As many processes as asked for would be: each with connections and knowledge of its own. */
const withProcesses = (
  title: string,
  count: number,
  body: (indexes: Awaited<ReturnType<typeof openOpenSearch>>[], prefix: string) => Promise<void>,
  more: (n: number) => Partial<OpenSearchOptions> = () => ({}),
) =>
  test(`opensearch: ${title}`, async () => {
    const indexPrefix = newPrefix();
    const indexes = await Promise.all(
      Array.from({ length: count }, (_, n) => openOpenSearch({ url, indexPrefix, ...more(n) })),
    );
    try {
      await body(indexes, indexPrefix);
    } finally {
      for (const index of indexes) await index.close();
      await removeAll(`${indexPrefix}-*`);
    }
  });

const tea = (n: number, text = 'tea') => ({ op: 'post', post: postDocument(n, { text }) }) as const;
const find = async (index: SearchIndex, text: string) =>
  (await index.posts(postQuery(text))).hits.map(({ id }) => id).toSorted();
const build = async (index: SearchIndex, ...numbers: number[]) => {
  const rebuild = await index.rebuild();
  await rebuild.add(numbers.map((n) => tea(n)));
  await rebuild.finish();
};

withProcesses('many that open at once make one set of indexes', 4, async (indexes, prefix) => {
  await Promise.all(indexes.map((index, n) => index.apply([tea(n)])));
  for (const index of indexes) assert.equal((await find(index, 'tea')).length, 4);
  assert.equal((await openIndexes(prefix)).length, 3);
});

withProcesses('small changes that come together go together', 1, async ([index]) => {
  await Promise.all(Array.from({ length: 300 }, (_, n) => index!.apply([tea(n)], n)));
  assert.equal((await index!.state()).posts, 300);
  assert.equal((await index!.state()).position, 299);
  assert.ok(index!.stats().bulks < 20, `${index!.stats().bulks} bulks`);
  assert.equal(index!.stats().changesWaiting, 0);
});

withProcesses('one rebuilds while another applies, and nothing is lost or comes back', 2, async ([a, b]) => {
  const count = 400;
  await b!.apply(Array.from({ length: count }, (_, n) => tea(n, 'old')));
  const truth = Array.from({ length: count }, () => 'old' as string | undefined);
  const rebuild = await a!.rebuild();
  await assert.rejects(b!.rebuild(), { kind: 'unavailable' });
  let isOver = false;
  const applying = (async () => {
    const clock = manualClock(0, 7);
    for (let round = 0; !isOver || round < 30; round++) {
      const picked = Array.from({ length: 5 }, () => Math.floor(clock.random() * count));
      for (const n of picked) truth[n] = clock.random() < 0.3 ? undefined : `round${round}`;
      await b!.apply(
        picked.map((n) => (truth[n] ? tea(n, truth[n]) : { op: 'remove-post' as const, id: idAt(n) })),
        round,
      );
    }
  })();
  for (let from = 0; from < count; from += 20) {
    const read = truth.slice(from, from + 20).map((text, i) => [from + i, text] as const);
    await rebuild.add(read.flatMap(([n, text]) => (text ? [tea(n, text)] : [])));
  }
  await rebuild.finish();
  isOver = true;
  await applying;
  for (const index of [a!, b!]) {
    const { isBuilt, isRebuilding, posts } = await index.state();
    const expected = truth.flatMap((text, n) => (text ? [n] : []));
    assert.deepEqual(
      { isBuilt, isRebuilding, posts },
      { isBuilt: true, isRebuilding: false, posts: expected.length },
    );
    for (const text of new Set(truth)) {
      if (!text) continue;
      const ids = truth.flatMap((each, n) => (each === text ? [idAt(n)] : []));
      assert.deepEqual(await find(index, text), ids.toSorted(), text);
    }
  }
});

withProcesses('a lost index is told of, replaced once, and built again', 2, async ([a, b], prefix) => {
  await build(a!, 1, 2);
  await b!.apply([{ op: 'user', user: userDocument(1, 'ann') }], 5);
  assert.deepEqual(await find(b!, 'tea'), [idAt(1), idAt(2)]);
  await removeAll(`${prefix}-v1-posts-*`);
  assert.equal((await a!.state()).isBuilt, false);
  await assert.rejects(find(a!, 'tea'), { kind: 'broken' });
  await assert.rejects(a!.apply([tea(3)]), { kind: 'broken' });
  await assert.rejects(b!.apply([tea(3)]), { kind: 'broken' });
  await a!.clear();
  await build(a!, 1, 2, 3);
  await b!.clear();
  assert.deepEqual(await find(b!, 'tea'), [idAt(1), idAt(2), idAt(3)], 'the second loss is the first');
  await b!.apply([tea(4)]);
  assert.equal((await find(a!, 'tea')).length, 4);
  await removeAll(`${prefix}-*`);
  assert.equal((await b!.state()).isBuilt, false);
  await assert.rejects(b!.apply([tea(5)]), { kind: 'broken' });
  await b!.clear();
  await b!.apply([tea(5)]);
  assert.deepEqual(await find(a!, 'tea'), [idAt(5)]);
});

const clocks = [manualClock(), manualClock()];
withProcesses(
  'a rebuild whose process died is ended by those that go on',
  2,
  async ([a, b], prefix) => {
    await build(a!, 1);
    await a!.rebuild();
    await b!.apply([tea(2)]);
    await assert.rejects(b!.rebuild(), { kind: 'unavailable' });
    clocks[1]!.advance(10_000);
    await b!.apply([tea(3)]);
    assert.equal((await b!.state()).isRebuilding, true, 'it may still live');
    clocks[1]!.advance(30_000);
    await b!.apply([tea(4)]);
    assert.equal((await b!.state()).isRebuilding, false);
    await build(b!, 1, 2, 3, 4, 5);
    assert.equal((await find(a!, 'tea')).length, 5);
    await a!.apply([tea(6)]);
    assert.equal((await find(b!, 'tea')).length, 6);
    await b!.close();
    assert.equal((await openIndexes(prefix)).length, 3, 'the old ones are removed');
  },
  (n) => ({ clock: clocks[n]! }),
);

/** Stands before the engine; refuses, or says nothing, when told to. */
async function faultyProxy() {
  const target = new URL(url);
  let mode: 'well' | 'silent' = 'well';
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    const beyond = connect(Number(target.port || 80), target.hostname);
    for (const each of [socket, beyond]) {
      sockets.add(each);
      each
        .on('error', () => {})
        .on('close', () => {
          sockets.delete(each);
          socket.destroy();
          beyond.destroy();
        });
    }
    socket.on('data', (bytes) => mode === 'well' && beyond.write(bytes));
    beyond.on('data', (bytes) => mode === 'well' && socket.write(bytes));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const drop = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `http://127.0.0.1:${port}`,
    set(next: typeof mode) {
      mode = next;
      if (next === 'well') drop();
    },
    async stop() {
      server.close();
      drop();
      await once(server, 'close');
    },
    async start() {
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
    },
  };
}

test('opensearch: an engine that is away is told of at once, and used again when it is back', async () => {
  const proxy = await faultyProxy();
  const indexPrefix = newPrefix();
  const clock = { ...manualClock(), ...systemClock };
  let aheadMs = 0;
  const monotonicMs = () => systemClock.monotonicMs() + aheadMs;
  const options = { url: proxy.url, indexPrefix, clock: { ...clock, monotonicMs } };
  await proxy.stop();
  const index = await openOpenSearch({ ...options, queryTimeoutMs: 300, writeTimeoutMs: 1000 });
  try {
    const refused = async () => {
      await assert.rejects(find(index, 'tea'), { kind: 'unavailable' });
      await assert.rejects(index.apply([tea(1)], 1), { kind: 'unavailable' });
      await assert.rejects(index.state(), { kind: 'unavailable' });
      await assert.rejects(index.ping(), { kind: 'unavailable' });
      assert.equal(index.stats().isUp, false);
    };
    await refused();
    await proxy.start();
    aheadMs += 2000;
    await index.apply([tea(1)], 1);
    assert.deepEqual(await find(index, 'tea'), [idAt(1)]);
    await index.ping();
    proxy.set('silent');
    await assert.rejects(find(index, 'tea'), { kind: 'unavailable' });
    const { count } = index.stats().requests.query;
    for (let i = 0; i < 50; i++) await assert.rejects(find(index, 'tea'), { kind: 'unavailable' });
    assert.ok(
      index.stats().requests.query.count <= count + 1,
      'no more waiting for an engine that says nothing',
    );
    proxy.set('well');
    aheadMs += 2000;
    assert.deepEqual(await find(index, 'tea'), [idAt(1)]);
    assert.equal(index.stats().isUp, true);
    assert.equal((await index.state()).position, 1);
  } finally {
    await index.close();
    await proxy.stop();
    await removeAll(`${indexPrefix}-*`);
  }
});
