import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadingCache } from './loading-cache.ts';

/** A source whose loads answer when told to, with what stood there when they were asked. */
function source() {
  const truth = new Map<string, { text: string }>();
  const loads: { keys: readonly string[]; answer: () => void }[] = [];
  const load = (keys: readonly string[]) => {
    const found = keys.map((key) => truth.get(key));
    return new Promise<typeof found>((resolve) => loads.push({ keys, answer: () => resolve(found) }));
  };
  return { truth, loads, load };
}

test('what is missing is loaded together, once, and then remembered', async () => {
  const { truth, loads, load } = source();
  for (const key of ['a', 'b']) truth.set(key, { text: key });
  const cache = loadingCache({ sizeMax: 10, load });
  const first = cache.getMany(['a', 'b', 'a', 'c']);
  const second = cache.get('b');
  assert.deepEqual(
    loads.map(({ keys }) => keys),
    [['a', 'b', 'c']],
  );
  loads[0]!.answer();
  assert.deepEqual(await first, [{ text: 'a' }, { text: 'b' }, { text: 'a' }, undefined]);
  assert.equal(await second, (await first)[1]);
  await cache.getMany(['a', 'b']);
  assert.equal(loads.length, 1);
  const absent = cache.get('c');
  assert.equal(loads.length, 2, 'nothing is not remembered');
  loads[1]!.answer();
  assert.equal(await absent, undefined);
});

test('a load that races a change does not bring the old state back', async () => {
  const { truth, loads, load } = source();
  truth.set('a', { text: 'old' });
  const cache = loadingCache({ sizeMax: 10, load });
  const racing = cache.get('a');
  truth.set('a', { text: 'new' });
  cache.invalidate('a');
  const after = cache.get('a');
  assert.equal(loads.length, 2);
  loads[1]!.answer();
  assert.equal((await after)?.text, 'new');
  loads[0]!.answer();
  assert.equal((await racing)?.text, 'old');
  assert.equal((await cache.get('a'))?.text, 'new');
});

test('a load that fails is not remembered', async () => {
  let fails = true;
  const cache = loadingCache({
    sizeMax: 10,
    load: async (keys) => {
      if (fails) throw new Error('not now');
      return keys.map((text) => ({ text }));
    },
  });
  await assert.rejects(cache.get('a'), /not now/);
  fails = false;
  assert.equal((await cache.get('a'))?.text, 'a');
});

test('loads of many keys are cut', async () => {
  const sizes: number[] = [];
  const cache = loadingCache({
    sizeMax: 100,
    loadMax: 4,
    load: async (keys) => {
      sizes.push(keys.length);
      return keys.map((text) => ({ text }));
    },
  });
  const keys = Array.from({ length: 10 }, (_, i) => `${i}`);
  assert.equal((await cache.getMany(keys)).length, 10);
  assert.deepEqual(sizes, [4, 4, 2]);
});

test('what is kept can be looked at without loading, and is bounded by its size', async () => {
  const cache = loadingCache<{ text: string }>({
    sizeMax: 100,
    sizeOf: ({ text }) => text.length,
    load: async (keys) => keys.map((key) => ({ text: key })),
  });
  assert.equal(cache.peek('a'), undefined);
  await cache.get('a');
  assert.deepEqual(cache.peek('a'), { text: 'a' });
  const large = 'x'.repeat(60);
  assert.equal((await cache.get(large))?.text, large);
  assert.equal(cache.peek(large), undefined);
});
