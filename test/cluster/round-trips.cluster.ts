/** What operations cost, in statements to Cassandra and in waits for Redis: the table of docs/data-model.md. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createClient } from '../../src/adapters/cassandra/driver-session.ts';
import { waveMax } from '../../src/features/feed/feed.ts';
import { Client, type Person, passwordOf } from '../e2e/client.ts';
import { freshFolder, KithProcess, removeFolder, runKith } from '../e2e/kith-process.ts';
import { engine } from './cassandra-keyspace.ts';
import { ownNamespace } from './own-namespace.ts';
import { redisUrl, removeKeys } from './shared-redis.ts';
import {
  isWrite,
  type Partitions,
  partitionOf,
  readPartitions,
  type SentStatement,
  tableOf,
  watchCql,
} from './watched-cql.ts';
import { type Cost, WatchedKith } from './watched-kith.ts';

const namespace = ownNamespace();
const environment = { ...namespace.env, KITH_SECRET: 'only for tests, and the same for all of them' };
const authorsCount = 18;
const inboxRoundsMax = 50;
let folder: string;
let kith: WatchedKith;
let worker: KithProcess;
let partitions: Partitions;
let authors: Person[];
/** Follows every author, one of them, and nobody. */
let reader: Person;
let modest: Person;
const everything: SentStatement[] = [];

const start = () => WatchedKith.start({ ...environment, KITH_DATA: folder });

before(async () => {
  watchCql();
  folder = await freshFolder();
  const { code, output } = await runKith(['migrate'], folder, environment);
  assert.equal(code, 0, output);
  const client = createClient(engine, namespace.name);
  partitions = await readPartitions(client, namespace.name);
  await client.shutdown();
  kith = await start();
  const workers = 'feed-generator,notifier,search-indexer';
  worker = await KithProcess.start(folder, { ...environment, KITH_ROLES: workers });
  const api = await Client.of(kith.url);
  const names = Array.from({ length: authorsCount }, (_, i) => `author_${i}`);
  authors = [];
  for (const name of names) authors.push(await api.register(name));
  reader = await api.register('reader');
  modest = await api.register('modest');
  for (const author of authors) {
    await reader.post('/v1/follow', { followeeId: author.id });
    await author.post('/v1/posts', { text: `first of ${author.username}` });
    await author.post('/v1/posts', { text: `second of ${author.username}` });
  }
  await modest.post('/v1/follow', { followeeId: authors[0]!.id });
});
after(async () => {
  await kith?.stop();
  await worker?.stop();
  await removeFolder(folder);
  await namespace.remove();
});

async function costOf(work: () => Promise<unknown>): Promise<Cost> {
  const cost = await kith.cost(work);
  everything.push(...cost.statements);
  return cost;
}
async function feed(person: Person, query = ''): Promise<{ nextCursor: string | null }> {
  const address = `${kith.url}/v1/feeds/${person.id}${query}`;
  const answer = await fetch(address, { headers: { authorization: `Bearer ${person.token}` } });
  assert.equal(answer.status, 200);
  return (await answer.json()) as { nextCursor: string | null };
}
const reads = ({ statements }: Cost, table: string) =>
  statements.filter((each) => tableOf(each.cql) === table);
const shown = ({ statements, waves, redis }: Cost) => {
  const tables = Object.groupBy(
    statements,
    (each) => `${isWrite(each) ? 'write' : 'read'} ${tableOf(each.cql)}`,
  );
  const counted = Object.entries(tables).map(([name, each]) => `${name} ${each!.length}`);
  return `${waves} waves [${counted.sort().join(', ')}], Redis ${redis}`;
};
/** Partitions written, apart from the outbox, whose row and mark are in one. */
const written = ({ statements }: Cost) =>
  new Set(statements.filter(isWrite).map((each) => partitionOf(each, partitions)));

/** All of it as a client that was never here before, on a process and a Redis that know nothing. */
async function startCold(): Promise<void> {
  await kith.stop();
  await removeKeys(redisUrl, namespace.name);
  kith = await start();
}
const here = async (person: Person) => person.on(await Client.of(kith.url));

test('a warm page asks Redis twice at most and Cassandra nothing', async (t) => {
  for (const [what, query] of [
    ['first page', ''],
    ['next page', `?cursor=${(await feed(reader)).nextCursor}`],
    ['by relevance', '?order=relevant'],
  ] as const) {
    await feed(reader, query);
    const cost = await costOf(() => feed(reader, query));
    t.diagnostic(`${what}: ${shown(cost)}`);
    assert.ok(cost.redis <= 2, `${what} asked Redis ${cost.redis} times`);
    assert.deepEqual(
      cost.statements.map(({ cql }) => cql),
      [],
      what,
    );
  }
});

test('a warm page costs that with an inbox as well', async (t) => {
  // An inbox pays for whoever reads much more often than authors post.
  for (let round = 0; round < inboxRoundsMax && kith.inboxes() === 0; round++)
    for (let i = 0; i < 100; i++) await feed(reader);
  assert.ok(kith.inboxes() > 0, 'the reader came to no inbox');
  await kith.settled();
  await feed(reader);
  const cost = await costOf(() => feed(reader));
  t.diagnostic(shown(cost));
  assert.ok(cost.redis <= 2);
  assert.deepEqual(cost.statements, []);
});

test('a cold page reads each author followed once, in one wave, and otherwise the same for everybody', async (t) => {
  assert.ok(authorsCount < waveMax);
  const costs: Cost[] = [];
  for (const person of [reader, modest]) {
    await startCold();
    const again = await here(person);
    costs.push(await costOf(() => feed(again)));
    t.diagnostic(shown(costs.at(-1)!));
  }
  const [ofMany, ofOne] = costs as [Cost, Cost];
  for (const [cost, followed] of [
    [ofMany, authorsCount],
    [ofOne, 1],
  ] as const) {
    const lists = reads(cost, 'posts_by_author');
    // Oneself is an author as well.
    assert.equal(lists.length, followed + 1);
    assert.equal(new Set(lists.map(({ wave }) => wave)).size, 1);
  }
  assert.equal(ofMany.waves, ofOne.waves);
  assert.equal(ofMany.redis, ofOne.redis);
});

test('a post writes as many partitions whoever follows its author', async (t) => {
  await startCold();
  const costs: Cost[] = [];
  for (const person of [authors[0]!, modest]) {
    const author = await here(person);
    await author.post('/v1/posts', { text: 'warms what is known of its author' });
    costs.push(await costOf(() => author.post('/v1/posts', { text: 'measured' })));
    t.diagnostic(shown(costs.at(-1)!));
  }
  const [popular, alone] = costs as [Cost, Cost];
  assert.equal(written(popular).size, written(alone).size);
  assert.deepEqual([popular.waves, popular.redis], [alone.waves, alone.redis]);
});

test('other operations cost what docs/data-model.md says at most', async (t) => {
  const [author, other] = await Promise.all([here(authors[1]!), here(authors[2]!)]);
  const post = await author.post('/v1/posts', { text: 'something to talk about' });
  const again = () => other.post('/v1/posts', { text: 'something else' });
  const postId = post.id;
  const operations: Record<string, { warm?: () => Promise<unknown>; work: () => Promise<unknown> }> = {
    'log in': { work: () => author.client.logIn(author.username, passwordOf(author.username)) },
    register: { work: () => author.client.register('newcomer') },
    follow: { work: () => other.post('/v1/follow', { followeeId: author.id }) },
    post: { warm: again, work: again },
    'post with an idempotency key': {
      work: () => other.send('POST', '/v1/posts', { text: 'once' }, { 'idempotency-key': 'only-once' }),
    },
    'delete a post': {
      work: async () => other.delete(`/v1/posts/${doomed.id}`),
    },
    react: { work: () => other.post('/v1/likes', { postId, reaction: 'love' }) },
    comment: { work: () => other.post('/v1/comments', { postId, comment: 'well said' }) },
    'see a post': {
      warm: () => other.get(`/v1/posts/${postId}`),
      work: () => other.get(`/v1/posts/${postId}`),
    },
    'see a profile': {
      warm: () => other.get(`/v1/users/${author.id}`),
      work: () => other.get(`/v1/users/${author.id}`),
    },
    'list comments': {
      warm: () => other.get(`/v1/posts/${postId}/comments`),
      work: () => other.get(`/v1/posts/${postId}/comments`),
    },
    'list notifications': {
      warm: () => author.get('/v1/notifications'),
      work: () => author.get('/v1/notifications'),
    },
  };
  const doomed = await again();
  const stated = statedCosts();
  const measured = new Map<string, Cost>();
  for (const [name, { warm, work }] of Object.entries(operations)) {
    await warm?.();
    measured.set(name, await costOf(work));
    t.diagnostic(`${name}: ${shown(measured.get(name)!)}`);
  }
  assert.deepEqual([...stated.keys()].toSorted(), [...measured.keys()].toSorted());
  for (const [name, { waves, statements, redis }] of measured) {
    const most = stated.get(name)!;
    assert.ok(waves <= most.waves, `${name}: ${waves} waves`);
    assert.ok(statements.length <= most.statements, `${name}: ${statements.length} statements`);
    assert.ok(redis <= most.redis, `${name}: Redis ${redis}`);
  }
});

/** From the table that names waves, statements and waits for Redis of each operation. */
function statedCosts(): Map<string, { waves: number; statements: number; redis: number }> {
  const text = readFileSync(join(import.meta.dirname, '../../docs/data-model.md'), 'utf8');
  const rows = text.matchAll(/^\| ([a-z ]+) \| (\d+) \| (\d+) \| (\d+) \|/gm);
  return new Map(
    [...rows].map(([, name, ...numbers]) => {
      const [waves, statements, redis] = numbers.map(Number) as [number, number, number];
      return [name!, { waves, statements, redis }];
    }),
  );
}

test('nothing that a request does looks through more than one partition', async () => {
  assert.ok(everything.length > 50);
  const scans = everything.filter((each) => partitionOf(each, partitions) === undefined);
  assert.deepEqual([...new Set(scans.map(({ cql }) => cql))], []);
});
