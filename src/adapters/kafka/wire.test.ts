import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { decodeEntry, encodeEntry, partitionOf } from './wire.ts';

const entry = { position: 2 ** 52, atMs: 5, kind: 'post.changed', key: 'ünï 😀', data: { n: 1, text: null } };

describe('entries as messages', () => {
  test('come back as they were', () => {
    const { key, value } = encodeEntry(entry);
    assert.deepEqual(decodeEntry(key, value), entry);
  });

  test('of a later version are read, and what is no entry is passed over', () => {
    const key = Buffer.from('k');
    const of = (value: unknown) => decodeEntry(key, Buffer.from(JSON.stringify(value)));
    assert.deepEqual(of([1, 2, 'a', {}, 'more']), { position: 1, atMs: 2, kind: 'a', key: 'k', data: {} });
    for (const strange of [null, {}, [], ['1', 2, 'a', {}], [1, 2, 'a', null], 'text'])
      assert.equal(of(strange), undefined);
    assert.equal(decodeEntry(key, Buffer.from('{')), undefined);
    assert.equal(decodeEntry(null, null), undefined);
  });

  test('with one key lie in one partition, and keys in all of them', () => {
    const counts = new Map<number, number>();
    for (let i = 0; i < 1200; i++) {
      const partition = partitionOf(`k${i}`, 12);
      assert.equal(partitionOf(`k${i}`, 12), partition);
      counts.set(partition, (counts.get(partition) ?? 0) + 1);
    }
    assert.equal(counts.size, 12);
  });
});
