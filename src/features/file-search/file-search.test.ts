import assert from 'node:assert/strict';
import { test } from 'node:test';
import { examinedRowsMax } from '../../lib/filtered-page.ts';
import type { Id } from '../../lib/ids.ts';
import type { Principal } from '../../lib/principal.ts';
import { manualClock } from '../../ports/clock/clock.ts';
import { createMemoryStore } from '../../ports/records/memory-store.ts';
import { write } from '../../ports/records/records.ts';
import { filesWorld } from '../files/test-files.ts';
import { createFileSearch } from './index.ts';
import { fileNameWords } from './tables.ts';
import { keyOf, wordsOfName } from './words.ts';

function searchWorld() {
  const clock = manualClock();
  const { records, log } = createMemoryStore({ nowMs: clock.nowMs });
  const world = filesWorld({ records, clock });
  const { files } = world;
  const reported: unknown[] = [];
  const report = (error: unknown) => void reported.push(error);
  const fileSearch = createFileSearch({ records, files, cursorKey: new Uint8Array(32), report, restMs: 0 });
  const put = async (who: Principal, parentId: Id, name: string) =>
    (await files.write(who, { parentId, name }, { content: world.content() })).node.id;
  const folder = async (who: Principal, parentId: Id, name: string) =>
    (await files.createFolder(who, { parentId, name })).node.id;
  const find = async (who: Principal, q: string, rootId?: Id) => {
    const names: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await fileSearch.search(who, { q, rootId, limit: 2, cursor });
      names.push(...page.items.map(({ node, folderPath }) => `${folderPath}: ${node.entry!.name}`));
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    return names;
  };
  const indexed = async () => {
    const { rows } = await records.scan(fileNameWords, { limit: 1000 });
    return rows.map(({ key }) => key[2]!.split(' ')[0]).sort();
  };
  return {
    ...world,
    log,
    reported,
    fileSearch,
    put,
    folder,
    find,
    indexed,
    ann: world.person(),
    bob: world.person(),
  };
}

test('FSRCH-1: names are taken apart into words that a search may begin with', () => {
  const words = {
    'IMG2024_sea.jpg': ['img2024', '2024', 'sea', 'jpg'],
    'Über uns (alt).txt': ['uber', 'uns', 'alt', 'txt'],
    '旅行.png': ['旅行', '行', 'png'],
    'a-b c': ['a', 'b', 'c'],
  };
  for (const [name, wanted] of Object.entries(words)) assert.deepEqual(wordsOfName(name), wanted);
  assert.equal(wordsOfName(Array.from({ length: 60 }, (_, i) => `w${i}`).join(' ')).length, 24);
});

test('FSRCH-1, FSRCH-2: every word must begin one of the name; each file comes once, also page by page', async () => {
  const w = searchWorld();
  const trip = await w.folder(w.ann, w.ann.userId, 'Trip to Oslo');
  const names = ['Invoice invitation 1.pdf', 'invoice_2.pdf', 'Invoicing.txt', 'other.pdf', 'Ölbild.jpg'];
  for (const name of names) await w.put(w.ann, trip, name);
  assert.deepEqual((await w.find(w.ann, 'INV')).sort(), [
    '/Trip to Oslo: Invoice invitation 1.pdf',
    '/Trip to Oslo: Invoicing.txt',
    '/Trip to Oslo: invoice_2.pdf',
  ]);
  assert.deepEqual(await w.find(w.ann, 'pdf invo 2'), ['/Trip to Oslo: invoice_2.pdf']);
  assert.deepEqual(await w.find(w.ann, 'olb'), ['/Trip to Oslo: Ölbild.jpg']);
  assert.deepEqual(await w.find(w.ann, 'oslo'), ['/: Trip to Oslo']);
  assert.deepEqual(await w.find(w.ann, 'nvoice'), []);
  assert.deepEqual(await w.find(w.bob, 'inv'), []);
  for (const q of ['', ' .. ', 'x'.repeat(201)]) await assert.rejects(w.find(w.ann, q), { code: 'invalid' });
});

test('FSRCH-2: a shared folder is searched by those who see it, and nothing beside it', async () => {
  const w = searchWorld();
  const [shared, own] = [
    await w.folder(w.ann, w.ann.userId, 'shared'),
    await w.folder(w.ann, w.ann.userId, 'own'),
  ];
  const inner = await w.folder(w.ann, shared, 'inner');
  await w.put(w.ann, inner, 'letter a');
  await w.put(w.ann, own, 'letter b');
  await assert.rejects(w.find(w.bob, 'letter', shared), { code: 'not-found' });
  await w.files.share(w.ann, shared, { userId: w.bob.userId, role: 'viewer' });
  assert.deepEqual(await w.find(w.bob, 'letter', shared), ['/inner: letter a']);
  await assert.rejects(w.find(w.bob, 'letter', own), { code: 'not-found' });
  assert.deepEqual(await w.find(w.bob, 'letter'), []);
});

test('FSRCH-2, FSRCH-4: what was renamed, moved, deleted and put back is found as it is now', async () => {
  const w = searchWorld();
  const folder = await w.folder(w.ann, w.ann.userId, 'folder');
  const id = await w.put(w.ann, folder, 'early.txt');
  assert.deepEqual(await w.find(w.ann, 'early'), ['/folder: early.txt']);
  await w.files.change(w.ann, id, { name: 'late.txt', parentId: w.ann.userId });
  assert.deepEqual([await w.find(w.ann, 'early'), await w.find(w.ann, 'late')], [[], ['/: late.txt']]);
  assert.ok(!(await w.indexed()).includes('early'), 'a search removed what it found to be stale');
  await w.files.delete(w.ann, id);
  assert.deepEqual(await w.find(w.ann, 'late'), []);
  await w.files.restoreFromTrash(w.ann, id);
  assert.deepEqual(await w.find(w.ann, 'late'), ['/: late.txt']);
  await w.files.change(w.ann, id, { parentId: folder });
  await w.files.delete(w.ann, folder);
  assert.deepEqual(await w.find(w.ann, 'late'), []);
  await w.files.restoreFromTrash(w.ann, folder);
  assert.deepEqual(await w.find(w.ann, 'late'), ['/folder: late.txt']);
  assert.deepEqual(w.reported, []);
});

test('FSRCH-3: what nobody searched is indexed by following the log, once', async () => {
  const w = searchWorld();
  for (let i = 0; i < 70; i++) await w.put(w.ann, w.ann.userId, `one${i} two three`);
  assert.deepEqual(await w.indexed(), []);
  const following = await w.fileSearch.consume(w.log);
  await following.caughtUp();
  assert.equal((await w.indexed()).filter((word) => word === 'two').length, 70);
  await w.put(w.ann, w.ann.userId, 'four');
  await following.caughtUp();
  assert.ok((await w.indexed()).includes('four'));
  await following.close();
});

test('FSRCH-5: with an account its index goes, and does not come back', async () => {
  const w = searchWorld();
  for (let i = 0; i < 10; i++) await w.put(w.ann, w.ann.userId, `one${i} two`);
  const id = await w.put(w.ann, w.ann.userId, 'early');
  await w.find(w.ann, 'one');
  await w.files.change(w.ann, id, { name: 'late' });
  await w.put(w.bob, w.bob.userId, 'of bob');
  await w.find(w.bob, 'bob');
  while (!(await w.fileSearch.eraseOf(w.ann.userId)));
  assert.deepEqual(await w.indexed(), ['bob', 'of']);
  while (!(await w.files.eraseOf(w.ann.userId)));
  const following = await w.fileSearch.consume(w.log);
  await following.caughtUp();
  await following.close();
  assert.deepEqual(await w.indexed(), ['bob', 'of']);
  assert.equal(await w.fileSearch.eraseOf(w.ann.userId), true);
});

test('FSRCH-2: where a page ended tells nothing of what lies elsewhere', async () => {
  const w = searchWorld();
  const shared = await w.folder(w.ann, w.ann.userId, 'shared');
  for (const name of ['sa.txt', 'sazz.txt']) await w.put(w.ann, shared, name);
  const hidden = await w.put(w.ann, w.ann.userId, 'salary.txt');
  await w.files.share(w.ann, shared, { userId: w.bob.userId, role: 'viewer' });
  const query = { q: 'sa', rootId: shared, limit: 1 };
  const { items, nextCursor } = await w.fileSearch.search(w.bob, query);
  assert.equal(items[0]!.node.entry!.name, 'sa.txt');
  const told = Buffer.from(nextCursor!, 'base64url').toString('latin1');
  assert.deepEqual([told.includes('salary'), told.includes(hidden)], [false, false]);
  const next = await w.fileSearch.search(w.bob, { ...query, cursor: nextCursor! });
  assert.equal(next.items[0]!.node.entry!.name, 'sazz.txt');
  for (const cursor of ['x', `${nextCursor}`.slice(4), 'A'.repeat(200), ''])
    await assert.rejects(w.fileSearch.search(w.bob, { ...query, cursor }), { code: 'invalid' });
  await assert.rejects(w.fileSearch.search(w.bob, { q: 'sa', limit: 1, cursor: nextCursor! }), {
    code: 'invalid',
  });
});

test('FSRCH-4: a name that came back while its word was found stale stays in the index', async () => {
  const w = searchWorld();
  const id = await w.put(w.ann, w.ann.userId, 'early.txt');
  assert.deepEqual(await w.find(w.ann, 'early'), ['/: early.txt']);
  await w.files.change(w.ann, id, { name: 'late.txt' });
  const { findShown } = w.files;
  w.files.findShown = async (...given) => {
    const found = await findShown(...given);
    w.files.findShown = findShown;
    await w.files.change(w.ann, id, { name: 'early.txt' });
    await w.find(w.ann, 'txt');
    return found;
  };
  await w.find(w.ann, 'early');
  assert.deepEqual(await w.find(w.ann, 'early'), ['/: early.txt']);
  assert.deepEqual(w.reported, []);
});

test('FSRCH-2: in what others share, hidden and absent look the same, however many hits are hidden', async () => {
  const answers: unknown[] = [];
  for (const hiddenHits of [0, examinedRowsMax + 1000]) {
    const w = searchWorld();
    const shared = await w.folder(w.ann, w.ann.userId, 'shared');
    const secret = await w.put(w.ann, w.ann.userId, 'secret');
    await w.put(w.ann, shared, 'other');
    await w.files.share(w.ann, shared, { userId: w.bob.userId, role: 'viewer' });
    await w.find(w.ann, 'secret');
    for (let from = 0; from < hiddenHits; from += 50) {
      const keys = Array.from({ length: 50 }, (_, i) => keyOf(w.ann.userId, `secret${from + i}`, secret));
      const then = keys.map((key) => write.put(fileNameWords, key, {}));
      await w.records.commit({ decide: [], then, hints: [{ kind: 'k', key: 'k', data: {} }] });
    }
    answers.push(await w.fileSearch.search(w.bob, { q: 'secret', rootId: shared, limit: 2 }));
  }
  assert.deepEqual(answers[1], answers[0]);
  assert.deepEqual(answers[0], { items: [], nextCursor: null });
});

test('FSRCH-2, FSRCH-4: a shared folder is searched page by page, with what is in its folders, whole', async () => {
  const w = searchWorld();
  const shared = await w.folder(w.ann, w.ann.userId, 'shared');
  const wanted: string[] = [];
  let parent = shared;
  let path = '';
  for (let depth = 0; depth < 4; depth++) {
    for (const name of [`letter ${depth}`, `bill ${depth}`, `z letter ${depth}`]) {
      await w.put(w.ann, parent, name);
      if (name.includes('letter')) wanted.push(`${path || '/'}: ${name}`);
    }
    await w.folder(w.ann, parent, `empty ${depth}`);
    const name = `m letter ${depth}`;
    wanted.push(`${path || '/'}: ${name}`);
    parent = await w.folder(w.ann, parent, name);
    path += `/${name}`;
  }
  const many = await w.folder(w.ann, shared, 'many');
  await Promise.all(Array.from({ length: 450 }, (_, i) => w.put(w.ann, many, `x${i}`)));
  await w.put(w.ann, many, 'y letter');
  wanted.push('/many: y letter');
  await w.put(w.ann, w.ann.userId, 'letter of mine');
  await w.files.share(w.ann, shared, { userId: w.bob.userId, role: 'viewer' });
  assert.deepEqual((await w.find(w.bob, 'LETT', shared)).sort(), wanted.sort());
  assert.deepEqual((await w.find(w.ann, 'LETT', shared)).sort(), wanted.sort(), 'as its owner finds it');
  assert.deepEqual(await w.find(w.bob, 'l', shared), [], 'a single letter finds words of one letter');
});
