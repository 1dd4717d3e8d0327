import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deciding, following, marks, things } from './contract-store.ts';
import { commitWritesMax, type ListOptions, type ListRequest, type Records, write } from './records.ts';

/** What `list` and `scan` promise; a part of the Records contract. */
export function listContract(records: () => Records): void {
  const insertAll = async (owner: string, names: readonly string[]) => {
    for (let i = 0; i < names.length; i += commitWritesMax) {
      const writes = names
        .slice(i, i + commitWritesMax)
        .map((name) => write.insert(things, [owner, name], { name }));
      assert.ok((await records().commit(deciding(...writes))).ok);
    }
  };
  const listed = async (owner: string, options: ListOptions) =>
    (await records().list(things, [owner], options)).map((row) => row.key[1]);

  test('many lists at once are each what it would be alone', async () => {
    const requests: ListRequest[] = [
      { prefix: ['ann'], limit: 2 },
      { prefix: ['nobody'], limit: 9 },
      { prefix: ['ann'], before: 'c', reverse: true, limit: 1 },
      { prefix: ['bob'], limit: 9 },
    ];
    await insertAll('ann', ['a', 'b', 'c']);
    await insertAll('bob', ['z']);
    const each = [];
    for (const { prefix, ...options } of requests) each.push(await records().list(things, prefix, options));
    assert.deepEqual(await records().listMany(things, requests), each);
    assert.deepEqual(
      each.map((rows) => rows.map(({ key }) => key[1])),
      [['a', 'b'], [], ['b'], ['z']],
    );
    assert.deepEqual(await records().listMany(things, []), []);
  });

  test('a list holds its partition only, in key order', async () => {
    await insertAll('ann', ['c', 'a', 'b']);
    await insertAll('anna', ['x']);
    await insertAll('an', ['y']);
    assert.deepEqual(await listed('ann', { limit: 10 }), ['a', 'b', 'c']);
    assert.deepEqual(await listed('nobody', { limit: 10 }), []);
    assert.deepEqual((await records().list(things, ['ann'], { limit: 1 }))[0], {
      key: ['ann', 'a'],
      value: { name: 'a' },
      version: 1,
    });
  });

  test('bounds are exclusive, and reverse begins at the end', async () => {
    await insertAll('ann', ['a', 'b', 'c', 'd', 'e']);
    assert.deepEqual(await listed('ann', { after: 'b', limit: 10 }), ['c', 'd', 'e']);
    assert.deepEqual(await listed('ann', { before: 'd', limit: 10 }), ['a', 'b', 'c']);
    assert.deepEqual(await listed('ann', { after: 'a', before: 'd', limit: 10 }), ['b', 'c']);
    assert.deepEqual(await listed('ann', { after: 'bb', limit: 1 }), ['c']);
    assert.deepEqual(await listed('ann', { reverse: true, limit: 2 }), ['e', 'd']);
    assert.deepEqual(await listed('ann', { before: 'd', reverse: true, limit: 2 }), ['c', 'b']);
    assert.deepEqual(await listed('ann', { after: 'a', before: 'd', reverse: true, limit: 9 }), ['c', 'b']);
    assert.deepEqual(await listed('ann', { after: 'd', before: 'b', limit: 9 }), []);
    assert.deepEqual(await listed('ann', { after: '', limit: 2 }), ['a', 'b']);
    assert.deepEqual(await listed('ann', { before: '', limit: 2 }), []);
  });

  test('keys sort by their UTF-8 bytes', async () => {
    const sorted = ['', 'A', 'Z', 'a', 'aa', 'z', 'Ä', 'ä', '中', '\ue000', '\uffee', '😀', '😀a', '😁'];
    await insertAll('ann', [...sorted].reverse());
    assert.deepEqual(await listed('ann', { limit: 100 }), sorted);
    assert.deepEqual(await listed('ann', { limit: 100, reverse: true }), [...sorted].reverse());
    assert.deepEqual(await listed('ann', { after: '\uffee', limit: 100 }), ['😀', '😀a', '😁']);
    assert.deepEqual(await listed('ann', { before: '😀', limit: 100 }), sorted.slice(0, 11));
  });

  test('a prefix may go on into the clustering parts, and bounds apply to the part after it', async () => {
    const keys = ['1', '2', '3'].flatMap((day) => ['a', 'b', 'c'].map((mark) => ['ann', day, mark]));
    await records().commit(following(...keys.map((key) => write.put(marks, key, {}))));
    const list = async (prefix: string[], options: ListOptions) =>
      (await records().list(marks, prefix, options)).map((row) => row.key.slice(1).join(''));
    assert.deepEqual(await list(['ann'], { after: '1', before: '3', limit: 10 }), ['2a', '2b', '2c']);
    assert.deepEqual(await list(['ann'], { before: '3', reverse: true, limit: 4 }), ['2c', '2b', '2a', '1c']);
    assert.deepEqual(await list(['ann', '2'], { limit: 10 }), ['2a', '2b', '2c']);
    assert.deepEqual(await list(['ann', '2'], { after: 'a', limit: 10 }), ['2b', '2c']);
    assert.deepEqual(await list(['ann', '2'], { before: 'c', reverse: true, limit: 1 }), ['2b']);
    assert.deepEqual(await list(['ann', '2', 'b'], { limit: 10 }), ['2b']);
    assert.deepEqual(await list(['ann', '2', 'z'], { limit: 10 }), []);
  });

  test('pages by the last key neither skip nor repeat', async () => {
    const names = Array.from({ length: 500 }, (_, i) => `t${String((i * 7919) % 500).padStart(4, '0')}`);
    await insertAll('ann', names);
    for (const reverse of [false, true]) {
      const seen: string[] = [];
      for (;;) {
        const bound = seen.length === 0 ? {} : { [reverse ? 'before' : 'after']: seen.at(-1)! };
        const page = await listed('ann', { ...bound, reverse, limit: 37 });
        seen.push(...(page as string[]));
        if (page.length < 37) break;
      }
      assert.deepEqual(seen, reverse ? names.toSorted().reverse() : names.toSorted());
    }
  });

  test('a scan covers every row once, whatever is written meanwhile', async () => {
    const owners = Array.from({ length: 12 }, (_, i) => `owner ${i} 😀`);
    for (const owner of owners) await insertAll(owner, ['a', 'b', 'c', 'd', 'e', 'f', 'g']);
    const seen = new Map<string, number>();
    let cursor: string | undefined;
    let pages = 0;
    do {
      const page = await records().scan(things, { cursor, limit: 10 });
      for (const row of page.rows) {
        const key = row.key.join('/');
        seen.set(key, (seen.get(key) ?? 0) + 1);
      }
      await records().commit(deciding(write.insert(things, [`owner new ${pages}`, 'x'], {})));
      pages++;
      cursor = page.next;
    } while (cursor !== undefined);
    const old = [...seen].filter(([key]) => !key.includes('new'));
    assert.equal(old.length, 12 * 7);
    assert.ok([...seen.values()].every((times) => times === 1));
    assert.deepEqual(await records().scan(marks, { limit: 10 }), { rows: [], next: undefined });
  });
}
