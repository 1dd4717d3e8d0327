/** An installation in a folder is moved into a cluster, cut off on the way, and is what it was before. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { Client, type Person, until } from '../e2e/client.ts';
import { freshFolder, KithProcess, removeFolder, runKith } from '../e2e/kith-process.ts';
import { ownNamespace } from './own-namespace.ts';

const root = join(import.meta.dirname, '../..');
const namespace = ownNamespace();
const move = ['move', '--to', 'cluster'];

let folder: string;
let cluster: Record<string, string>;
let known: Person[];
let password: string;
let seen: unknown[];
let serving: KithProcess | undefined;

before(async () => {
  folder = await freshFolder();
  const seeded = await runKith(['seed', '--users', '30', '--posts', '150', '--seed', '3'], folder);
  assert.equal(seeded.code, 0, seeded.output);
  password = /everybody's password is (\S+)/.exec(seeded.output)![1]!;
  const logins = /Log in as ([^;]+);/.exec(seeded.output)![1]!.split(', ');
  const kith = await KithProcess.start(folder);
  const client = await Client.of(kith.url);
  known = await Promise.all(logins.map((login) => client.logIn(login, password)));
  // Hints that nobody has handled yet when the server goes.
  await Promise.all(
    known.map((person) => person.post('/v1/posts', { text: `before the move @${logins[0]}` })),
  );
  await kith.stop();
  const again = await KithProcess.start(folder);
  const same = await Client.of(again.url);
  await until(
    'the first is told of every mention',
    () => known[0]!.on(same).get('/v1/notifications'),
    (page) => JSON.stringify(page).includes(known.at(-1)!.id),
  );
  seen = await readAll(known.map((person) => person.on(same)));
  await again.stop();
  const secret = (await readFile(join(folder, 'secret'), 'utf8')).trim();
  cluster = { ...namespace.env, KITH_SECRET: secret, KITH_DATA: folder };
});

after(async () => {
  await serving?.stop();
  await removeFolder(folder);
  await namespace.remove();
});

/** What each of them sees, page after page to the end. */
async function readAll(people: readonly Person[]): Promise<unknown[]> {
  const seenBy = async (person: Person) => {
    const pages: unknown[] = [];
    for (const list of [
      `/v1/feeds/${person.id}?limit=50`,
      `/v1/users/${person.id}/followers?limit=50`,
      `/v1/users/${person.id}/following?limit=50`,
      '/v1/notifications?limit=50',
    ]) {
      let cursor: string | null = '';
      while (cursor !== null) {
        const next: string = cursor === '' ? '' : `&cursor=${cursor}`;
        const page = await person.get(list + next);
        pages.push(page);
        cursor = page.nextCursor;
      }
    }
    return [await person.get('/v1/users/me'), await person.get(`/v1/users/${person.id}`), ...pages];
  };
  const all: unknown[] = [];
  for (const person of people) all.push(await seenBy(person));
  return all;
}

/** Ends the move by force once it has said so many lines, and a moment later. */
async function killAfter(lines: number, delayMs: number): Promise<string> {
  const child = spawn(process.execPath, [join(root, 'cli/main.ts'), ...move, '--page', '100'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, ...cluster },
  });
  const said: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => {
    said.push(line);
    if (said.length === lines) setTimeout(() => child.kill('SIGKILL'), delayMs);
  });
  await new Promise((resolve) => child.once('close', resolve));
  return said.join('\n');
}

const run = (args: string[], env: Record<string, string> = {}) =>
  runKith(args, folder, { ...cluster, ...env });

test('it says how to set the secret, and that the engines are to be prepared first', async () => {
  const other = await run(move, { KITH_SECRET: 'another one, which is long enough to be one' });
  assert.equal(other.code, 1);
  assert.match(other.output, /KITH_SECRET must be this installation's own/);
  assert.ok(other.output.includes(`export KITH_SECRET="$(cat '${join(folder, 'secret')}')"`), other.output);
  assert.match((await run(move, { KITH_SECRET: '' })).output, /KITH_SECRET must be/);
  const early = await run(move);
  assert.deepEqual([early.code, /kith migrate/.test(early.output)], [1, true], early.output);
  const migrated = await run(['migrate']);
  assert.equal(migrated.code, 0, migrated.output);
});

test('cut off again and again it goes on, and nothing serves until it is done', async () => {
  const cuts = [
    [2, 0],
    [9, 30],
    [20, 7],
  ] as const;
  for (const [lines, delayMs] of cuts) await killAfter(lines, delayMs);
  const early = await run(['serve']);
  assert.equal(early.code, 1, early.output);
  assert.match(early.output, /is being moved into/);
  const done = await run(move);
  assert.equal(done.code, 0, done.output);
  assert.match(done.output, /All \d+ rows are the same on both sides/);
  const checked = await run([...move, '--check']);
  assert.deepEqual([checked.code, /✗/.test(checked.output)], [0, false], checked.output);
  const twice = await run(move);
  assert.deepEqual([twice.code, /was moved into/.test(twice.output)], [1, true], twice.output);
});

test('the cluster shows everybody what they saw before, and goes on from there', async () => {
  serving = await KithProcess.start(await freshFolder(), { ...cluster, KITH_DATA: join(folder, 'process') });
  const client = await Client.of(serving.url);
  const here = known.map((person) => person.on(client));
  assert.deepEqual(
    await readAll(here),
    seen,
    'sessions, feeds, lists, counts and cursors are what they were',
  );
  const [first, second] = here as [Person, Person];
  await client.logIn(first.username, password);
  const before = await first.get(`/v1/users/${first.id}`);
  const post = await first.post('/v1/posts', { text: 'moved, and here we are' });
  const after = await first.get(`/v1/users/${first.id}`);
  assert.equal(after.counts.posts, before.counts.posts + 1);
  await second.post('/v1/likes', { postId: post.id });
  assert.equal((await first.get(`/v1/posts/${post.id}`)).counts.likes, 1);
  const found = (word: string) => first.get(`/v1/search?type=posts&q=${encodeURIComponent(word)}`);
  await until(
    'the search index is made anew',
    () => found('"before the move"'),
    ({ items }) => items.length === known.length,
  );
});

test('a check after the cluster was used says so, and a folder without an installation is refused', async () => {
  const changed = await run([...move, '--check']);
  assert.equal(changed.code, 1);
  assert.match(changed.output, /✗ posts: \d+ rows here, \d+ there/);
  const elsewhere = await freshFolder();
  assert.match(
    (await runKith(move, elsewhere, { ...cluster, KITH_DATA: elsewhere })).output,
    /no installation/,
  );
  await removeFolder(elsewhere);
});
