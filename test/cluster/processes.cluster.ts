/** Several processes, each with some of the roles, are one installation. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

process.env['KITH_TEST_PROFILE'] = 'cluster';
// They look at the profile when they are loaded.
const { Client, settled, until } = await import('../e2e/client.ts');
const { EventStream } = await import('../e2e/event-stream.ts');
const { freshFolder, KithProcess, removeFolder } = await import('../e2e/kith-process.ts');

type Started = Awaited<ReturnType<typeof KithProcess.start>>;
type OneClient = Awaited<ReturnType<typeof Client.of>>;
type Person = Awaited<ReturnType<OneClient['register']>>;

const roles = ['api', 'api', 'feed-generator', 'search-indexer', 'notifier', 'janitor'];
let folder: string;
let processes: Started[];
let here: OneClient;
let there: OneClient;
let ann: Person;
let bob: Person;

before(async () => {
  folder = await freshFolder();
  processes = await Promise.all(roles.map((role) => KithProcess.start(folder, { KITH_ROLES: role })));
  [here, there] = await Promise.all([Client.of(processes[0]!.url), Client.of(processes[1]!.url)]);
  // One arrives here and the other there; each is then met on both.
  ann = await here.register('ann');
  bob = await there.register('bob');
});
after(async () => {
  await Promise.all(processes.map((each) => each.stop()));
  await removeFolder(folder);
});

const idsIn = (feed: { items: { post: { id: string } }[] }) => feed.items.map(({ post }) => post.id);

test('a name taken here is taken there', async () => {
  const body = { username: 'ann', email: 'other@example.org', password: 'a quiet river at dawn' };
  const { status } = await there.send({ method: 'POST', path: '/v1/users', body });
  assert.equal(status, 409);
  const many = await Promise.all(
    [here, there, here, there].map((client, i) =>
      client.send({
        method: 'POST',
        path: '/v1/users',
        body: { ...body, username: 'contested', email: `c${i}@example.org` },
      }),
    ),
  );
  assert.deepEqual(many.map(({ status }) => status).sort(), [201, 409, 409, 409]);
});

test('what is posted here is in feeds, streams, notifications and search there', async () => {
  await bob.post('/v1/follow', { followeeId: ann.id });
  const stream = await EventStream.open(bob);
  const post = await ann.post('/v1/posts', { text: 'from the first process, @bob #shared' });
  assert.equal((await ann.on(there).get(`/v1/posts/${post.id}`)).id, post.id);
  for (const client of [here, there]) {
    const feed = `/v1/feeds/${bob.id}`;
    await until(
      'the feed has it',
      () => bob.on(client).get(feed),
      (page) => idsIn(page).includes(post.id),
    );
  }
  const event = await stream.next('post');
  assert.equal(event.data.id ?? event.data.postId ?? event.data.post?.id, post.id);
  await until(
    'bob is told',
    () => bob.on(here).get('/v1/notifications'),
    (page) => page.items.length > 0,
  );
  await until(
    'search finds it',
    () => bob.get('/v1/search?q=process'),
    (found) => JSON.stringify(found).includes(post.id),
  );
  stream.close();
});

test('one’s own post is in one’s own feed at once, and elsewhere in a moment', async () => {
  const post = await ann.post('/v1/posts', { text: 'mine' });
  assert.ok(idsIn(await ann.get(`/v1/feeds/${ann.id}`)).includes(post.id));
  await until(
    'it is in the other process’s feed',
    () => ann.on(there).get(`/v1/feeds/${ann.id}`),
    (page) => idsIn(page).includes(post.id),
  );
});

test('a stream goes on in another process where it ended', async () => {
  const first = await EventStream.open(bob);
  const before = await ann.post('/v1/posts', { text: 'before' });
  const seen = await first.next('post');
  first.close();
  const between = await ann.post('/v1/posts', { text: 'between' });
  const again = await EventStream.open(bob.on(here), { after: seen.id! });
  await until(
    'what came between is replayed',
    async () => again.events.map(({ data }) => JSON.stringify(data)).join(),
    (text) => text.includes(between.id),
  );
  assert.ok(before.id < between.id);
  again.close();
});

test('a block, a deletion and a logout here hold there in a moment', async () => {
  const post = await ann.post('/v1/posts', { text: 'soon gone' });
  const path = `/v1/posts/${post.id}`;
  const status = async (person: Person) => (await person.send('GET', path)).status;
  assert.equal(await status(bob), 200);
  await ann.put(`/v1/blocks/${bob.id}`);
  await until(
    'the block holds',
    () => status(bob),
    (code) => code === 404,
  );
  await ann.delete(`/v1/blocks/${bob.id}`);
  await until(
    'it is over',
    () => status(bob),
    (code) => code === 200,
  );
  await ann.delete(path);
  await until(
    'the post is gone',
    () => status(bob),
    (code) => code === 404,
  );
  const session = await here.logIn('bob', 'the password of bob');
  assert.equal((await session.on(there).send('GET', '/v1/users/me')).status, 200);
  await session.delete('/v1/sessions/current');
  await until(
    'the session is over',
    async () => (await session.on(there).send('GET', '/v1/users/me')).status,
    (code) => code === 401,
  );
});

test('a process that is asked to stop finishes, and the others go on', async () => {
  const stopping = await KithProcess.start(folder, { KITH_ROLES: 'api' });
  const client = await Client.of(stopping.url);
  const answers = Promise.allSettled(
    Array.from({ length: 20 }, (_, i) => ann.on(client).send('POST', '/v1/posts', { text: `late ${i}` })),
  );
  const ended = await stopping.stop();
  assert.deepEqual([ended.code, ended.signal], [0, null], ended.output);
  const kept = (await answers).flatMap((each) =>
    each.status === 'fulfilled' && each.value.status === 201 ? [each.value.json.id as string] : [],
  );
  for (const id of kept) assert.equal((await bob.send('GET', `/v1/posts/${id}`)).status, 200);
  await settled(here);
});

test('every process tells its health, and those without the interface only that', async () => {
  for (const { url } of processes) {
    for (const path of ['/healthz', '/readyz', '/metrics'])
      assert.equal((await fetch(url + path)).status, 200);
  }
  const worker = processes[2]!;
  assert.equal((await fetch(`${worker.url}/v1/users/me`)).status, 404);
});
