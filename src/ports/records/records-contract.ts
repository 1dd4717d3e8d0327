import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { manualClock } from '../clock/clock.ts';
import { boundsContract } from './bounds-contract.ts';
import { concurrencyContract } from './concurrency-contract.ts';
import {
  type ContractStore,
  contractTables,
  counts,
  deciding,
  following,
  hint,
  type MakeStore,
  marks,
  names,
  things,
} from './contract-store.ts';
import { listContract } from './list-contract.ts';
import { type CommitResult, type Records, write } from './records.ts';

/** Every promise of the Records port, to be run on every engine. */
export function recordsContract(name: string, makeStore: MakeStore): void {
  describe(`records: ${name}`, () => {
    let store: ContractStore;
    let records: Records;
    beforeEach(async () => {
      store = await makeStore({ tables: contractTables, clock: manualClock() });
      records = store.records;
    });
    afterEach(() => store.close());
    const current = () => records;
    conditionalContract(current);
    togetherContract(current, () => store);
    unconditionalContract(current);
    concurrencyContract(current);
    valueContract(current);
    boundsContract(current);
    listContract(current);
  });
}

function refused(result: CommitResult) {
  assert.ok(!result.ok, 'the commit was to be refused');
  return result;
}

function conditionalContract(records: () => Records): void {
  test('an inserted row is found at version 1', async () => {
    const result = await records().commit(deciding(write.insert(things, ['ann', 'a'], { n: 1 })));
    assert.ok(result.ok && result.position > 0);
    assert.deepEqual(await records().get(things, ['ann', 'a']), {
      key: ['ann', 'a'],
      value: { n: 1 },
      version: 1,
    });
    assert.equal(await records().get(things, ['ann', 'b']), undefined);
    assert.equal(await records().get(things, ['bob', 'a']), undefined);
  });

  test('inserting over a row is refused, naming the write and the row', async () => {
    await records().commit(deciding(write.insert(things, ['ann', 'a'], { n: 1 })));
    const second = write.insert(things, ['ann', 'a'], { n: 2 });
    const result = refused(await records().commit(deciding(second)));
    assert.equal(result.conflict, second);
    assert.deepEqual(result.existing, { key: ['ann', 'a'], value: { n: 1 }, version: 1 });
    assert.deepEqual((await records().get(things, ['ann', 'a']))?.value, { n: 1 });
  });

  test('replace expects its version and raises it by one', async () => {
    await records().commit(deciding(write.insert(things, ['ann', 'a'], { n: 1 })));
    assert.ok((await records().commit(deciding(write.replace(things, ['ann', 'a'], { n: 2 }, 1)))).ok);
    assert.deepEqual(await records().get(things, ['ann', 'a']), {
      key: ['ann', 'a'],
      value: { n: 2 },
      version: 2,
    });
    const stale = write.replace(things, ['ann', 'a'], { n: 3 }, 1);
    const result = refused(await records().commit(deciding(stale)));
    assert.equal(result.conflict, stale);
    assert.equal(result.existing?.version, 2);
    const missing = write.replace(things, ['ann', 'z'], {}, 1);
    assert.deepEqual(await records().commit(deciding(missing)), {
      ok: false,
      conflict: missing,
      existing: undefined,
    });
  });

  test('remove expects its version; a row inserted afterwards begins at 1', async () => {
    await records().commit(deciding(write.insert(things, ['ann', 'a'], { n: 1 })));
    await records().commit(deciding(write.replace(things, ['ann', 'a'], { n: 2 }, 1)));
    const stale = write.remove(things, ['ann', 'a'], 1);
    assert.equal(refused(await records().commit(deciding(stale))).conflict, stale);
    assert.ok((await records().commit(deciding(write.remove(things, ['ann', 'a'], 2)))).ok);
    assert.equal(await records().get(things, ['ann', 'a']), undefined);
    assert.equal(
      refused(await records().commit(deciding(write.remove(things, ['ann', 'a'], 2)))).existing,
      undefined,
    );
    await records().commit(deciding(write.insert(things, ['ann', 'a'], {})));
    assert.equal((await records().get(things, ['ann', 'a']))?.version, 1);
  });
}

function togetherContract(records: () => Records, store: () => ContractStore): void {
  test('claims, decisions and what follows take effect together', async () => {
    const then = [write.put(marks, ['1', 'd', 'm'], {}), write.add(counts, ['1', 'all'], { things: 2 })];
    const result = await records().commit({
      claims: [write.insert(names, ['ann'], { id: 1 })],
      decide: [write.insert(things, ['1', 'a'], {}), write.insert(things, ['1', 'b'], {})],
      then,
      hints: [hint()],
    });
    assert.ok(result.ok);
    assert.ok(await records().get(names, ['ann']));
    assert.equal((await records().list(things, ['1'], { limit: 10 })).length, 2);
    assert.ok(await records().get(marks, ['1', 'd', 'm']));
    assert.deepEqual((await records().get(counts, ['1', 'all']))?.value, { things: 2 });
  });

  test('a refused commit leaves nothing behind, not even a hint, and its neighbours stand', async () => {
    await records().commit(deciding(write.insert(things, ['1', 'taken'], { mine: true })));
    const head = store().log.head();
    const last = write.insert(things, ['1', 'taken'], {});
    const then = [write.put(marks, ['1', 'd', 'm'], {}), write.add(counts, ['1', 'all'], { things: 1 })];
    const [before, result, after] = await Promise.all([
      records().commit(deciding(write.insert(things, ['1', 'before'], {}))),
      records().commit({
        claims: [write.insert(names, ['ann'], {})],
        decide: [write.insert(things, ['1', 'new'], {}), last],
        then,
        hints: [hint('refused')],
      }),
      records().commit(deciding(write.insert(things, ['1', 'after'], {}))),
    ]);
    assert.ok(before.ok && after.ok);
    assert.equal(refused(result).conflict, last);
    assert.deepEqual(result.ok || result.existing?.value, { mine: true });
    assert.equal(await records().get(names, ['ann']), undefined);
    assert.equal(await records().get(things, ['1', 'new']), undefined);
    assert.equal(await records().get(marks, ['1', 'd', 'm']), undefined);
    assert.equal(await records().get(counts, ['1', 'all']), undefined);
    assert.equal((await records().list(things, ['1'], { limit: 10 })).length, 3);
    assert.ok((await store().log.read(head, 10)).every((entry) => entry.key !== 'refused'));
  });

  test('the first write whose condition fails is named, claims before decisions', async () => {
    await records().commit({
      claims: [write.insert(names, ['b'], {}), write.insert(names, ['c'], {})],
      decide: [write.insert(things, ['1', 'x'], {})],
      hints: [hint()],
    });
    const claims = ['a', 'b', 'c'].map((name) => write.insert(names, [name], {}));
    const result = await records().commit({
      claims,
      decide: [write.insert(things, ['1', 'x'], {})],
      hints: [hint()],
    });
    assert.equal(refused(result).conflict, claims[1]);
    assert.deepEqual(refused(result).existing?.key, ['b']);
  });
}

function unconditionalContract(records: () => Records): void {
  test('plain rows are put and removed without conditions', async () => {
    await records().commit(following(write.put(marks, ['1', 'd', 'm'], { n: 1 })));
    await records().commit(following(write.put(marks, ['1', 'd', 'm'], { n: 2 })));
    assert.deepEqual(await records().get(marks, ['1', 'd', 'm']), {
      key: ['1', 'd', 'm'],
      value: { n: 2 },
      version: 1,
    });
    for (let i = 0; i < 2; i++) {
      assert.ok((await records().commit(following(write.remove(marks, ['1', 'd', 'm'])))).ok);
      assert.equal(await records().get(marks, ['1', 'd', 'm']), undefined);
    }
  });

  test('later writes to a plain row in one commit win', async () => {
    await records().commit(
      following(write.put(marks, ['1', 'd', 'm'], { n: 1 }), write.put(marks, ['1', 'd', 'm'], { n: 2 })),
    );
    assert.deepEqual((await records().get(marks, ['1', 'd', 'm']))?.value, { n: 2 });
  });

  test('counters come to be at 0, add exactly, and keep names apart', async () => {
    const key = ['1', 'all'];
    await records().commit(following(write.add(counts, key, { likes: 2, shares: -1 })));
    await records().commit(following(write.add(counts, key, { likes: 1, "it's": 1, 'a.b"c': 5 })));
    await records().commit(
      following(write.add(counts, key, { likes: 1 }), write.add(counts, key, { likes: 1 })),
    );
    assert.deepEqual(await records().get(counts, key), {
      key,
      value: { likes: 5, shares: -1, "it's": 1, 'a.b"c': 5 },
      version: 1,
    });
    await records().commit(following(write.add(counts, ['1', 'big'], { n: Number.MAX_SAFE_INTEGER - 1 })));
    await records().commit(following(write.add(counts, ['1', 'big'], { n: 1 })));
    assert.deepEqual((await records().get(counts, ['1', 'big']))?.value, { n: Number.MAX_SAFE_INTEGER });
    await records().commit(following(write.remove(counts, key)));
    assert.equal(await records().get(counts, key), undefined);
  });
}

function valueContract(records: () => Records): void {
  test('values and keys of any script and character come back as they were', async () => {
    const value = {
      text: 'Ünïcödé 中文 עברית 👩‍👩‍👧 \u0000 \u2028 " \' \\ \n',
      lone: '\ud800',
      nested: { list: [1, -0.5, 1e300, null, true, { deep: [] }] },
      empty: '',
    };
    const key = ['مالك', '👩‍👩‍👧 "quoted" \'thing\' %_\\'];
    await records().commit(deciding(write.insert(things, key, value)));
    assert.deepEqual(await records().get(things, key), { key, value, version: 1 });
    const stale = refused(await records().commit(deciding(write.insert(things, key, {}))));
    assert.deepEqual(stale.existing, { key, value, version: 1 });
  });

  test('long values are kept whole', async () => {
    const value = { text: 'é'.repeat(1_000_000) };
    await records().commit(deciding(write.insert(things, ['ann', 'long'], value)));
    assert.deepEqual((await records().get(things, ['ann', 'long']))?.value, value);
  });

  test('nothing is shared between caller and store', async () => {
    const value = { list: [1] };
    const key = ['ann', 'a'];
    const pending = records().commit(deciding(write.insert(things, key, value)));
    value.list.push(2);
    key[1] = 'b';
    await pending;
    const first = (await records().get(things, ['ann', 'a']))!;
    assert.deepEqual(first.value, { list: [1] });
    (first.value['list'] as number[]).push(3);
    (first.key as string[])[0] = 'x';
    const again = (await records().list(things, ['ann'], { limit: 1 }))[0]!;
    assert.deepEqual(again, { key: ['ann', 'a'], value: { list: [1] }, version: 1 });
  });

  test('many rows come in the order of their keys', async () => {
    await records().commit(
      deciding(...['a', 'b', 'c'].map((thing) => write.insert(things, ['ann', thing], { thing }))),
    );
    const rows = await records().getMany(things, [
      ['ann', 'c'],
      ['ann', 'none'],
      ['ann', 'a'],
      ['ann', 'c'],
    ]);
    assert.deepEqual(
      rows.map((row) => row?.value['thing']),
      ['c', undefined, 'a', 'c'],
    );
    assert.deepEqual(await records().getMany(things, []), []);
  });
}
