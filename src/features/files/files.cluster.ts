import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openTestStore, testKeyspace } from '../../../test/cluster/cassandra-keyspace.ts';
import * as tables from './tables.ts';
import { dumpTree, filesWorld, plainTree, testUses } from './test-files.ts';
import { playHistory } from './test-history.ts';
import { pastTree } from './test-trees.ts';

const histories = Number(process.env['KITH_TEST_HISTORIES'] ?? 12);
const space = await testKeyspace([...Object.values(tables), testUses]);

test(`${histories} random lives of a drive come to the same on Cassandra`, async () => {
  const store = await openTestStore(space);
  try {
    for (let seed = 1; seed <= histories; seed++)
      await playHistory({ seed, steps: 12, records: store.records });
  } finally {
    await store.close();
  }
});

test('FILE-5, FILE-8 a moment is the same to two processes while both change the drive and go back', async () => {
  const stores = await Promise.all([openTestStore(space), openTestStore(space)]);
  try {
    const first = filesWorld({ records: stores[0]!.records, node: 201 });
    const second = filesWorld({ records: stores[1]!.records, clock: first.clock, node: 202 });
    const anna = first.person();
    const names = Array.from({ length: 30 }, (_, i) => `f${String(i).padStart(2, '0')}`);
    await first.files.createFolder(anna, { path: '/docs' });
    await Promise.all(
      names.map((name) => first.files.write(anna, { path: `/docs/${name}` }, { content: first.content() })),
    );
    const atMs = first.clock.nowMs();
    const then = await pastTree(first.files, anna, { atMs });
    first.clock.advance(1000);
    let isChanging = true;
    const changing = [first, second].map(async ({ files, content }, device) => {
      for (let i = device; isChanging; i += 7) {
        const path = `/docs/${names[i % names.length]}`;
        const { node } = await files.write(anna, { path }, { content: content() });
        if (i % 3 === 0) await files.change(anna, node.id, { name: `z${i}` }).catch(() => undefined);
        else if (i % 3 === 1) await files.delete(anna, node.id).catch(() => undefined);
      }
    });
    for (let i = 0; i < 20; i++) {
      for (const { files } of [first, second])
        assert.deepEqual(await pastTree(files, anna, { atMs }), then, `look ${i}`);
    }
    isChanging = false;
    await Promise.all(changing);
    await Promise.all([first, second].map(({ files }) => files.restore(anna, { atMs })));
    for (const { files } of [first, second])
      assert.deepEqual(plainTree(await dumpTree(files, anna)), then, 'both went back');
  } finally {
    await Promise.all(stores.map((store) => store.close()));
  }
});
