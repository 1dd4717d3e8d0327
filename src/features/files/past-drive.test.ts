import assert from 'node:assert/strict';
import { test } from 'node:test';
import { manualClock } from '../../ports/clock/clock.ts';
import { createMemoryStore } from '../../ports/records/memory-store.ts';
import type { Records } from '../../ports/records/records.ts';
import { fileSnapshots, folderEntries, pastEntries } from './tables.ts';
import { dumpTree, filesWorld, plainTree } from './test-files.ts';
import { pastTree } from './test-trees.ts';

async function withPurged({ keeps }: { keeps: boolean }) {
  const world = filesWorld();
  const { files, person, content, clock } = world;
  const anna = person();
  for (const path of ['/docs', '/docs/inner', '/keep']) await files.createFolder(anna, { path });
  for (const path of ['/docs/a', '/docs/inner/b', '/c', '/keep/d', '/docs/moved'])
    await files.write(anna, { path }, { content: content() });
  const snapshot = keeps ? await files.makeSnapshot(anna, {}) : undefined;
  const atMs = clock.nowMs();
  clock.advance(60_000);
  const moved = await files.get(anna, { path: '/docs/moved' });
  await files.change(anna, moved.id, { parentId: anna.userId });
  const gone = [await files.get(anna, { path: '/docs' }), await files.get(anna, { path: '/c' })];
  for (const { id } of gone) {
    await files.delete(anna, id);
    await files.deleteForGood(anna, id);
  }
  const clear = async () => {
    while (!(await files.tend(anna.userId)));
  };
  const now = async () => Object.keys(plainTree(await dumpTree(files, anna)));
  const seen = async () => Object.keys(await pastTree(files, anna, { atMs }));
  return { ...world, anna, atMs, clear, now, seen, snapshot };
}

test('FILE-5, FILE-7 going back to a moment brings back what is seen there, and nothing that was deleted for good', async () => {
  for (const keeps of [false, true]) {
    for (const isCleared of [false, true]) {
      const w = await withPurged({ keeps });
      if (isCleared) await w.clear();
      assert.deepEqual(await w.seen(), ['/keep', '/keep/d'], `seen: ${keeps} ${isCleared}`);
      for (const path of ['/docs', '/docs/a', '/docs/inner/b', '/c'])
        await assert.rejects(w.files.restore(w.anna, { atMs: w.atMs }, path), { code: 'not-found' });
      await w.files.restore(w.anna, { atMs: w.atMs });
      assert.deepEqual(await w.now(), ['/keep', '/keep/d'], `brought back: ${keeps} ${isCleared}`);
      assert.deepEqual(
        (await w.files.trash(w.anna, { limit: 10 })).items.map(({ name }) => name),
        ['moved'],
      );
      if (!w.snapshot) continue;
      await w.files.restore(w.anna, { snapshotId: w.snapshot.id });
      assert.deepEqual(
        await w.now(),
        ['/c', '/docs', '/docs/a', '/docs/inner', '/docs/inner/b', '/docs/moved', '/keep', '/keep/d'],
        'a snapshot has it still',
      );
    }
  }
});

test('FILE-7 a look at a moment reads no more however much was deleted for good', async () => {
  const { files, records, person, content, clock } = filesWorld();
  const anna = person();
  await files.write(anna, { path: '/a' }, { content: content() });
  const atMs = clock.nowMs();
  clock.advance(1000);
  for (let i = 0; i < 60; i++) {
    const { node } = await files.write(anna, { path: `/b${i}` }, { content: content() });
    await files.delete(anna, node.id);
    await files.deleteForGood(anna, node.id);
  }
  let rows = 0;
  const { list } = records;
  records.list = async (...given) => {
    const found = await list(...given);
    // Of the past itself it reads one slice.
    if (given[0].name !== pastEntries.name) rows += found.length;
    return found;
  };
  assert.equal((await files.pastFolder(anna, { atMs }, { limit: 10 })).items.length, 1);
  assert.ok(rows < 20, `${rows} rows`);
});

test('FILE-7 one page of a moment goes through so many names that came later and no more, and the next goes on', async () => {
  const { files, records, person, content, clock } = filesWorld();
  const anna = person();
  await files.write(anna, { path: '/z' }, { content: content() });
  const atMs = clock.nowMs();
  clock.advance(1000);
  for (let i = 0; i < 3000; i++) await files.createFolder(anna, { path: `/a${i}` });
  let rows = 0;
  const { list } = records;
  records.list = async (...given) => {
    const found = await list(...given);
    rows += found.length;
    return found;
  };
  const first = await files.pastFolder(anna, { atMs }, { limit: 10 });
  assert.deepEqual(first.items, []);
  assert.ok(rows < 2800, `${rows} rows`);
  const second = await files.pastFolder(anna, { atMs }, { limit: 10, cursor: first.nextCursor! });
  assert.deepEqual(
    second.items.map(({ name }) => name),
    ['z'],
  );
  assert.equal(second.nextCursor, null);
});

test('FILE-5 what is deleted for good while one goes back does not come back, and a snapshot that goes ends it', async () => {
  const { files, records, person, content, clock } = filesWorld();
  const anna = person();
  await files.createFolder(anna, { path: '/docs' });
  for (const path of ['/docs/a', '/docs/b', '/c']) await files.write(anna, { path }, { content: content() });
  const atMs = clock.nowMs();
  clock.advance(1000);
  const docs = await files.get(anna, { path: '/docs' });
  await files.delete(anna, docs.id);
  const { list } = records;
  /** Does something when the past is first read. */
  const meanwhile = (work: () => Promise<unknown>) => {
    records.list = async (...given) => {
      const found = await list(...given);
      if (given[0].name === pastEntries.name) {
        records.list = list;
        await work();
      }
      return found;
    };
  };
  meanwhile(async () => {
    await files.deleteForGood(anna, docs.id);
    while (!(await files.tend(anna.userId)));
  });
  await files.restore(anna, { atMs });
  assert.deepEqual(Object.keys(plainTree(await dumpTree(files, anna))), ['/c']);

  const { id } = await files.makeSnapshot(anna, {});
  const c = await files.get(anna, { path: '/c' });
  await files.delete(anna, c.id);
  await files.deleteForGood(anna, c.id);
  await files.write(anna, { path: '/new' }, { content: content() });
  meanwhile(async () => {
    await files.removeSnapshot(anna, id);
    while (!(await files.tend(anna.userId)));
  });
  await assert.rejects(files.restore(anna, { snapshotId: id }), { code: 'not-found' });
  assert.deepEqual(Object.keys(plainTree(await dumpTree(files, anna))), ['/new']);
  assert.equal((await records.scan(fileSnapshots, { limit: 1 })).rows.length, 0);
});

/** Does something right before a folder as it is now is read next, or right after. */
function atReading(records: Records, when: 'before' | 'after', work: () => Promise<unknown>): void {
  const { list } = records;
  records.list = async (...given) => {
    if (given[0].name !== folderEntries.name) return list(...given);
    records.list = list;
    if (when === 'before') await work();
    const found = await list(...given);
    if (when === 'after') await work();
    return found;
  };
}

test('FILE-8 a moment stays the same however it is changed from while it is read', async () => {
  const { files, records, open, person, content, clock } = filesWorld();
  const other = open();
  const anna = person();
  for (const path of ['/a', '/b', '/c', '/d']) await files.write(anna, { path }, { content: content() });
  const atMs = clock.nowMs();
  clock.advance(1000);
  const changes = [
    () => other.write(anna, { path: '/b' }, { content: content() }),
    async () => other.change(anna, (await files.get(anna, { path: '/c' })).id, { name: 'z' }),
    async () => other.delete(anna, (await files.get(anna, { path: '/d' })).id),
  ];
  for (const [i, change] of changes.entries()) {
    atReading(records, i % 2 ? 'after' : 'before', change);
    const { items } = await files.pastFolder(anna, { atMs }, { limit: 10 });
    assert.deepEqual(
      items.map(({ name }) => name),
      ['a', 'b', 'c', 'd'],
    );
  }
});

test('FILE-3, FILE-8 the same where of what another process wrote only a part can be read yet', async () => {
  const clock = manualClock();
  const { commitsWhole: _, ...below } = createMemoryStore({ nowMs: clock.nowMs }).records;
  let isTorn = false;
  const records: Records = {
    ...below,
    async commit(wanted) {
      if (!isTorn) return below.commit(wanted);
      const then = (wanted.then ?? []).filter(({ table }) => table.name === folderEntries.name);
      return { ...(await below.commit({ ...wanted, then })), isThenPending: true };
    },
  };
  const { files, open, person, content } = filesWorld({ records, clock });
  const other = open();
  const anna = person();
  for (const path of ['/a', '/b', '/c']) await files.write(anna, { path }, { content: content() });
  const atMs = clock.nowMs();
  clock.advance(1000);
  for (const path of ['/a', '/b', '/c']) {
    atReading(records, 'before', async () => {
      isTorn = true;
      await other.write(anna, { path }, { content: content() });
      isTorn = false;
    });
    const { items } = await files.pastFolder(anna, { atMs }, { limit: 10 });
    assert.deepEqual(
      items.map(({ name }) => name),
      ['a', 'b', 'c'],
    );
    // Whoever writes next makes sure of it.
    await files.write(anna, { path: '/new' }, { content: content() });
  }
});
