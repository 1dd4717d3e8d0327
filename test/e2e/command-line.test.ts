/** What an operator does: `kith user …`, `backup`, `restore`, `rebuild`, `doctor`, beside a server that serves. */
import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Client, type Person, until } from './client.ts';
import { type Ended, freshFolder, KithProcess, removeFolder, runKith } from './kith-process.ts';

let folder: string;
let elsewhere: string;
let kith: KithProcess;
let client: Client;
let anna: Person;

before(async () => {
  folder = await freshFolder();
  elsewhere = await freshFolder();
  kith = await KithProcess.start(folder);
  client = await Client.of(kith.url);
});
after(async () => {
  await kith.stop();
  await removeFolder(folder);
  await removeFolder(elsewhere);
});

const good = async (running: Promise<Ended>): Promise<string> => {
  const { code, output } = await running;
  assert.equal(code, 0, output);
  return output;
};
const run = (...args: string[]) => runKith(args, folder);

test('people are added, listed, deactivated, and given a new password while the server runs', async () => {
  const added = await good(run('user', 'add', 'boss', 'boss@example.org', '--name', 'The Boss'));
  assert.match(added, /administrator/);
  const password = /Password: (\S+)/.exec(added)![1]!;
  const boss = await client.logIn('boss', password);
  assert.equal((await boss.get('/v1/users/me')).displayName, 'The Boss');
  anna = await client.register('anna');
  const twice = await run('user', 'add', 'anna', 'other@example.org');
  assert.deepEqual([twice.code, /taken/.test(twice.output)], [1, true], twice.output);

  const listed = await good(run('user', 'list'));
  for (const name of ['boss', 'anna']) assert.match(listed, new RegExp(`'${name}'`));
  await good(run('user', 'deactivate', 'anna'));
  assert.equal((await anna.send('GET', '/v1/users/me')).status, 401);
  await good(run('user', 'reactivate', 'anna'));
  const reset = await good(run('user', 'reset-password', 'anna'));
  const token = /https?:\S+/.exec(reset)![0].split(/[/=]/).at(-1);
  const chosen = { password: 'a password chosen anew' };
  const answer = await client.send({ method: 'PUT', path: `/v1/password-resets/${token}`, body: chosen });
  assert.equal(answer.status, 204);
  anna = await client.logIn('anna', chosen.password);
  const nobody = await run('user', 'deactivate', 'nobody_at_all');
  assert.deepEqual([nobody.code, /no account/.test(nobody.output)], [1, true], nobody.output);
});

/** What anna sees of everything. */
async function readAll(person: Person) {
  const paths = [
    '/v1/users/me',
    `/v1/users/${person.id}/posts?limit=100`,
    `/v1/feeds/${person.id}?limit=100`,
    '/v1/notifications',
    '/v1/users/me/history',
    '/v1/follow-history',
  ];
  return Object.fromEntries(await Promise.all(paths.map(async (path) => [path, await person.get(path)])));
}
const idOf = ({ id }: { id: string }) => id;
const foundBy = (person: Person) =>
  until(
    'the post is found',
    async () => (await person.get('/v1/search?q=harvest')).items,
    (items) => items.length === 1,
  );

test('a backup made beside writes is whole, and restores into another folder with the same answers', async () => {
  const berta = await client.register('berta');
  await anna.post('/v1/follow', { followeeId: berta.id });
  const post = await berta.post('/v1/posts', { text: 'the #harvest is in', title: 'Autumn' });
  await anna.post('/v1/likes', { postId: post.id });
  await anna.post('/v1/comments', { postId: post.id, comment: 'good' });
  const earlier = await until(
    'berta has heard of it',
    () => readAll(berta),
    (all) => all['/v1/notifications'].items.length === 3,
  );
  const ofAnna = await readAll(anna);
  const found = await foundBy(anna);

  const backup = join(elsewhere, 'backup');
  let isRunning = true;
  const written: string[] = [];
  const writing = (async () => {
    const clara = await client.register('clara');
    while (isRunning) written.push((await clara.post('/v1/posts', { text: `and on ${written.length}` })).id);
    return clara;
  })();
  assert.match(await good(run('backup', backup)), /holds a backup/);
  isRunning = false;
  const clara = await writing;
  const [again, busy] = await Promise.all([run('backup', backup), run('restore', backup)]);
  assert.deepEqual([again.code, /not empty/.test(again.output)], [1, true], again.output);
  assert.deepEqual([busy.code, /running/.test(busy.output)], [1, true], busy.output);

  const data = join(elsewhere, 'data');
  await good(runKith(['restore', backup], data));
  const restored = await KithProcess.start(data);
  try {
    const other = await Client.of(restored.url);
    assert.deepEqual(await readAll(berta.on(other)), earlier);
    assert.deepEqual(await readAll(anna.on(other)), ofAnna);
    assert.deepEqual(await foundBy(anna.on(other)), found);
    const read = async (path: string) => (await anna.on(other).send('GET', `/v1/users/@clara${path}`)).json;
    const kept: number = (await read('')).counts?.posts ?? 0;
    const ids: string[] = kept === 0 ? [] : (await read('/posts?limit=100')).items.map(idOf).reverse();
    assert.deepEqual(ids, written.slice(Math.max(0, kept - 100), kept), 'counted right and without gaps');
    assert.equal((await clara.send('GET', '/v1/users/me')).status, 200);
  } finally {
    await restored.stop();
  }
});

test('what is stored is for the owner of the server alone, also in folders that others can enter', async () => {
  const backup = join(elsewhere, 'open-backup');
  await mkdir(backup, { mode: 0o755 });
  await good(run('backup', backup));
  for (const place of [folder, backup]) {
    for (const entry of await readdir(place, { withFileTypes: true, recursive: true })) {
      const { mode } = await stat(join(entry.parentPath, entry.name));
      assert.equal(mode & 0o077, 0, `${entry.name} has the mode ${(mode & 0o777).toString(8)}`);
    }
  }
});

test('a backup that names other files than its own is not restored', async () => {
  const backup = join(elsewhere, 'forged-backup');
  await good(run('backup', backup));
  const file = join(backup, 'backup.json');
  const description = JSON.parse(await readFile(file, 'utf8'));
  const forged = description.files.map((each: object) => ({ ...each, name: '../forged-backup/kith.db' }));
  await writeFile(file, JSON.stringify({ ...description, files: forged }));
  const { code, output } = await runKith(['restore', backup], join(elsewhere, 'forged-data'));
  assert.deepEqual([code, /does not hold/.test(output)], [1, true], output);
});

test('feeds, search and counters are made anew while the server serves', async () => {
  const earlier = await readAll(anna);
  const found = await foundBy(anna);
  let isRunning = true;
  const reading = (async () => {
    let count = 0;
    for (; isRunning; count++) assert.deepEqual(await readAll(anna), earlier);
    return count;
  })();
  const [, , , unknown] = await Promise.all([
    good(run('rebuild', 'feeds')),
    good(run('rebuild', 'search')),
    good(run('rebuild', 'counters')),
    run('rebuild', 'nonsense'),
  ]);
  isRunning = false;
  assert.equal(unknown.code, 1);
  assert.ok((await reading) > 0);
  assert.deepEqual(await readAll(anna), earlier);
  assert.deepEqual(await foundBy(anna), found);
});

test('doctor says that all is well, or what is not', async () => {
  const [output, wrong] = await Promise.all([
    good(run('doctor')),
    runKith(['doctor'], folder, { KITH_PORT: 'none' }),
  ]);
  assert.match(output, /the server is running/);
  assert.match(output, /the database is sound/);
  assert.equal(wrong.code, 1);
  assert.match(wrong.output, /KITH_PORT/);
});
