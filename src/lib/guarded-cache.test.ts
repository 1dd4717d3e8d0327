import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createGuardedCache } from './guarded-cache.ts';

/** A read that ends when told, so that something can happen meanwhile. */
function slowRead() {
  let end = (_value: { n: number }) => {};
  const result = new Promise<{ n: number }>((resolve) => {
    end = resolve;
  });
  return { read: async () => [await result], end: (n: number) => end({ n }) };
}

test('answers in the order of the keys, and reads only what is missing', async () => {
  const cache = createGuardedCache<{ key: string }>({ sizeMax: 100 });
  const asked: string[][] = [];
  const read = async (keys: string[]) => {
    asked.push(keys);
    return keys.map((key) => ({ key }));
  };
  await cache.load(['b'], read);
  assert.deepEqual(
    (await cache.load(['a', 'b', 'c'], read)).map(({ key }) => key),
    ['a', 'b', 'c'],
  );
  assert.deepEqual(asked, [['b'], ['a', 'c']]);
});

test('a read that races an invalidation is answered but not kept', async () => {
  const cache = createGuardedCache<{ n: number }>({ sizeMax: 100 });
  const slow = slowRead();
  const first = cache.load(['k'], slow.read);
  cache.invalidate('k');
  slow.end(1);
  assert.deepEqual(await first, [{ n: 1 }]);
  assert.equal(cache.peek('k'), undefined);
});

test('of two reads of one key, one before and one after an invalidation, the newer is kept', async () => {
  const cache = createGuardedCache<{ n: number }>({ sizeMax: 100 });
  const [old, fresh] = [slowRead(), slowRead()];
  const first = cache.load(['k'], old.read);
  cache.invalidate('k');
  const second = cache.load(['k'], fresh.read);
  fresh.end(2);
  await second;
  old.end(1);
  await first;
  assert.deepEqual(cache.peek('k'), { n: 2 });
});

test('a failed read leaves nothing behind', async () => {
  const cache = createGuardedCache<{ n: number }>({ sizeMax: 100 });
  await assert.rejects(cache.load(['k'], () => Promise.reject(new Error('no'))));
  assert.deepEqual(await cache.load(['k'], async () => [{ n: 3 }]), [{ n: 3 }]);
  assert.deepEqual(cache.peek('k'), { n: 3 });
});
