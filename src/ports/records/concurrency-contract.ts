import assert from 'node:assert/strict';
import { test } from 'node:test';
import { counts, deciding, following, hint, marks, names, things } from './contract-store.ts';
import { type Records, write } from './records.ts';

/** What Records promises to those who write at once; a part of its contract. */
export function concurrencyContract(records: () => Records): void {
  test('of thousands who insert one row at once, exactly one wins', async () => {
    const results = await Promise.all(
      Array.from({ length: 3000 }, (_, i) =>
        records().commit({
          claims: [write.insert(names, ['one'], { i })],
          decide: [write.insert(things, [`owner-${i}`, 'a'], { i })],
          hints: [hint()],
        }),
      ),
    );
    const winners = results.flatMap((result, i) => (result.ok ? [i] : []));
    assert.equal(winners.length, 1);
    assert.deepEqual((await records().get(names, ['one']))?.value, { i: winners[0] });
    const { rows } = await records().scan(things, { limit: 10 });
    assert.deepEqual(
      rows.map((row) => row.value),
      [{ i: winners[0] }],
    );
    for (const result of results) {
      if (!result.ok) assert.deepEqual(result.existing?.value, { i: winners[0] });
    }
  });

  test('no replacement is lost when many compete for a row', async () => {
    const key = ['ann', 'a'];
    await records().commit(deciding(write.insert(things, key, { n: 0 })));
    const increment = async () => {
      for (;;) {
        const row = (await records().get(things, key))!;
        const next = { n: (row.value['n'] as number) + 1 };
        if ((await records().commit(deciding(write.replace(things, key, next, row.version)))).ok) return;
      }
    };
    await Promise.all(Array.from({ length: 60 }, increment));
    assert.deepEqual(await records().get(things, key), { key, value: { n: 60 }, version: 61 });
  });

  test('thousands of additions at once add up', async () => {
    await Promise.all(
      Array.from({ length: 4000 }, (_, i) =>
        records().commit(following(write.add(counts, ['1', `c${i % 3}`], { n: 1, sum: i }))),
      ),
    );
    const rows = await records().list(counts, ['1'], { limit: 10 });
    assert.equal(
      rows.reduce((sum, row) => sum + row.value['n']!, 0),
      4000,
    );
    assert.equal(
      rows.reduce((sum, row) => sum + row.value['sum']!, 0),
      (4000 * 3999) / 2,
    );
  });

  test('commits issued without waiting take effect in the order issued', async () => {
    const results = await Promise.all(
      Array.from({ length: 1500 }, (_, i) =>
        records().commit(following(write.put(marks, ['1', 'd', 'm'], { i }))),
      ),
    );
    assert.deepEqual((await records().get(marks, ['1', 'd', 'm']))?.value, { i: 1499 });
    const positions = results.map((result) => (result.ok ? result.position : 0));
    assert.ok(positions.every((position, i) => i === 0 || position > positions[i - 1]!));
  });

  test('a chain of replacements issued at once succeeds link by link', async () => {
    const key = ['ann', 'a'];
    const results = await Promise.all([
      records().commit(deciding(write.insert(things, key, {}))),
      ...Array.from({ length: 700 }, (_, i) =>
        records().commit(deciding(write.replace(things, key, { i }, i + 1))),
      ),
    ]);
    assert.ok(results.every((result) => result.ok));
    assert.equal((await records().get(things, key))?.version, 701);
  });

  test('a read sees every commit acknowledged before it', async () => {
    for (let i = 0; i < 100; i++) {
      await records().commit(deciding(write.insert(things, ['ann', `t${i}`], { i })));
      assert.ok(await records().get(things, ['ann', `t${i}`]));
      assert.equal((await records().list(things, ['ann'], { limit: 1000 })).length, i + 1);
    }
  });
}
