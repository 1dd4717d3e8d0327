import assert from 'node:assert/strict';
import { test } from 'node:test';
import { counts, following, hint, marks, things } from './contract-store.ts';
import { commitWritesMax, getManyMax, type Records, write } from './records.ts';

/** What Records refuses; a part of its contract. */
export function boundsContract(records: () => Records): void {
  const insert = (owner: string, thing = 'a') => write.insert(things, [owner, thing], {});

  test('a commit that breaks a rule throws and writes nothing', async () => {
    const hints = [hint()];
    const writesMax = records().writesMax ?? commitWritesMax;
    assert.ok(writesMax >= commitWritesMax);
    const many = Array.from({ length: writesMax + 1 }, (_, i) => insert('ann', `t${i}`));
    const broken = {
      'no hint': { decide: [insert('ann')], hints: [] },
      'too many writes': { decide: many, hints },
      'two partitions': { decide: [insert('ann'), insert('bob')], hints },
      'one row twice': { decide: [insert('ann'), insert('ann')], hints },
      'a claim that is no insert': { claims: [write.put(marks, ['a', 'b', 'c'], {})], decide: [], hints },
      'a condition that follows': following(insert('ann')),
      'a put into a conditional table': { decide: [write.put(things, ['ann', 'a'], {})], hints },
      'a removal without a version': { decide: [write.remove(things, ['ann', 'a'])], hints },
      'an insert into a plain table': { decide: [write.insert(marks, ['a', 'b', 'c'], {})], hints },
      'a put into a counter': following(write.put(counts, ['a', 'b'], { n: 1 })),
      'a short key': { decide: [write.insert(things, ['ann'], {})], hints },
      'a long key': { decide: [write.insert(things, ['ann', 'a', 'b'], {})], hints },
      'NUL in a key': { decide: [insert('a\0b')], hints },
      'a broken character in a key': { decide: [insert('a\ud800')], hints },
    };
    for (const [what, commit] of Object.entries(broken)) {
      await assert.rejects(records().commit(commit), /TypeError|RangeError/, what);
    }
    assert.deepEqual((await records().scan(things, { limit: 10 })).rows, []);
    const most = many.slice(0, writesMax);
    assert.ok((await records().commit({ decide: most, hints })).ok);
  });

  test('reads have bounds', async () => {
    const keys = Array.from({ length: getManyMax + 1 }, (_, i) => ['ann', `t${i}`]);
    await assert.rejects(records().getMany(things, keys), RangeError);
    assert.equal((await records().getMany(things, keys.slice(1))).length, getManyMax);
    for (const limit of [0, 1001, -1, Number.NaN]) {
      await assert.rejects(records().list(things, ['ann'], { limit }), RangeError);
      await assert.rejects(records().scan(things, { limit }), RangeError);
    }
    await assert.rejects(records().list(things, [], { limit: 1 }), RangeError);
    await assert.rejects(records().get(things, ['ann']), TypeError);
    await assert.rejects(records().list(things, ['ann', 'a', 'b'], { limit: 1 }), TypeError);
    await assert.rejects(records().list(things, ['ann', 'a'], { after: 'x', limit: 1 }), TypeError);
  });
}
