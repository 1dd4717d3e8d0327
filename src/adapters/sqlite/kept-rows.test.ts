import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { manualClock } from '../../ports/clock/clock.ts';
import { defineTable, type Key, type Records, write } from '../../ports/records/records.ts';
import { KeptRows } from './kept-rows.ts';
import { openTestStore, temporaryFolder } from './testing.ts';

const things = defineTable<{ n: number }>('things', { partition: ['owner'], clustering: ['id'] });
const hints = [{ kind: 'thing', key: 'a', data: {} }];
const [a, b]: Key[] = [
  ['ann', 'a'],
  ['ann', 'b'],
];

const openThings = (folder: string) => openTestStore(folder, { tables: [things] });

const set = (records: Records, n: number) =>
  records.commit({
    decide: [a, b].map((key) =>
      n === 1 ? write.insert(things, key!, { n }) : write.replace(things, key!, { n }, n - 1),
    ),
    hints,
  });

test('what is kept is kept until a commit that writes it is issued, and not again before its end', () => {
  const kept = new KeptRows();
  kept.keep('a', ['1', 1]);
  assert.deepEqual(kept.find('a'), ['1', 1]);
  kept.begin(['a']);
  kept.begin(['a', 'b']);
  kept.keep('a', ['1', 1]);
  kept.end(['a']);
  kept.keep('a', ['2', 2]);
  assert.equal(kept.find('a'), undefined, 'one is still on its way');
  kept.end(['a', 'b']);
  kept.keep('a', ['3', 3]);
  assert.deepEqual(kept.find('a'), ['3', 3]);
});

test('what is kept has a bound', () => {
  const kept = new KeptRows();
  const text = 'x'.repeat(1024 * 1024);
  for (let i = 0; i < 100; i++) kept.keep(String(i), [text, 1]);
  const left = Array.from({ length: 100 }, (_, i) => kept.find(String(i))).filter((row) => row !== undefined);
  assert.ok(left.length > 0 && left.length <= 24, `${left.length} MiB are kept`);
  assert.ok(kept.find('99'), 'the newest');
});

test('who sees a part of a commit that nobody was told of yet sees all of it', async (context) => {
  const { records, close } = await openThings(temporaryFolder(context));
  try {
    await set(records, 1);
    for (let n = 2; n <= 6; n++) {
      // One of the two was read before, the other was not.
      await records.get(things, a!);
      const done = set(records, n);
      // It was sent, and the writer ends while this thread hears nothing of it.
      await turn();
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
      const seen = await Promise.all([records.get(things, b!), records.get(things, a!)]);
      assert.equal(seen[0]!.value.n, seen[1]!.value.n);
      assert.ok((await done).ok);
    }
  } finally {
    await close();
  }
});

test('reads between commits of many see all that was told, also what was found absent', async (context) => {
  const { records, close } = await openThings(temporaryFolder(context));
  const keys = Array.from({ length: 12 }, (_, i) => ['ann', `k${i}`]);
  const told = new Map<string, number>();
  const clock = manualClock();
  const random = (below: number) => Math.floor(clock.random() * below);
  let changes = 0;
  const change = async (key: Key) => {
    const row = await records.get(things, key);
    const n = ++changes;
    const gone = row !== undefined && random(4) === 0;
    const decide = !row
      ? [write.insert(things, key, { n })]
      : gone
        ? [write.remove(things, key, row.version)]
        : [write.replace(things, key, { n }, row.version)];
    const result = await records.commit({ decide, hints });
    if (result.ok) told.set(key.join(), gone ? 0 : n);
  };
  try {
    for (let round = 0; round < 300; round++) {
      const chosen = [...new Set(Array.from({ length: 4 }, () => keys[random(keys.length)]!))];
      await Promise.all([
        ...chosen.map(change),
        ...keys.map(async (key) => {
          if (random(3) === 0) await turn();
          await records.get(things, key);
        }),
      ]);
      for (const key of keys)
        assert.equal((await records.get(things, key))?.value.n ?? 0, told.get(key.join()) ?? 0);
    }
  } finally {
    await close();
  }
});

test('a key that is not well-formed is what the engine takes it for, before and after a commit', async (context) => {
  const { records, close } = await openThings(temporaryFolder(context));
  try {
    const [broken, replaced]: Key[] = [
      ['ann', '\ud800'],
      ['ann', '\ufffd'],
    ];
    assert.equal(await records.get(things, broken!), undefined);
    await records.commit({ decide: [write.insert(things, replaced!, { n: 1 })], hints });
    assert.equal((await records.get(things, broken!))?.value.n, 1);
  } finally {
    await close();
  }
});
