import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Cache } from './cache.ts';

export interface CacheContractOptions {
  name: string;
  /** A fresh, empty one; `other` is the same cache as another process has it, where processes share it. */
  create: () => Promise<{ cache: Cache; other: Cache }>;
}

/** The key's value as the cache answers it once all that was sent before has been done. */
async function valueIn(cache: Cache, key: string): Promise<string | undefined> {
  return (await cache.getMany([key])).values[0];
}

async function put(cache: Cache, key: string, value: string): Promise<void> {
  const { token } = await cache.getMany([key]);
  cache.fill([{ key, value }], token);
}

/** What every implementation of the port must do. */
export function cacheContract({ name, create }: CacheContractOptions): void {
  describe(`cache: ${name}`, () => {
    it('answers in the order of the keys what was filled, and nothing for the rest', async () => {
      const { cache, other } = await create();
      assert.deepEqual((await cache.getMany([])).values, []);
      const { values, token } = await cache.getMany(['a', 'b', 'c']);
      assert.deepEqual(values, [undefined, undefined, undefined]);
      const entries = [
        { key: 'c', value: 'three' },
        { key: 'a', value: 'grüße 👋' },
      ];
      cache.fill(entries, token);
      assert.deepEqual((await cache.getMany(['a', 'b', 'c', 'a'])).values, [
        'grüße 👋',
        undefined,
        'three',
        'grüße 👋',
      ]);
      assert.equal(await valueIn(other, 'c'), 'three');
    });

    it('forgets what is invalidated, and nothing else', async () => {
      const { cache } = await create();
      await put(cache, 'a', 'one');
      await put(cache, 'b', 'two');
      cache.invalidate(['a', 'never there']);
      assert.deepEqual((await cache.getMany(['a', 'b'])).values, [undefined, 'two']);
      await put(cache, 'a', 'new');
      assert.equal(await valueIn(cache, 'a'), 'new');
    });

    it('drops a fill that was read before the invalidation, whoever made either', async () => {
      const { cache, other } = await create();
      for (const invalidating of [cache, other]) {
        const { token } = await cache.getMany(['a', 'b']);
        invalidating.invalidate(['a']);
        // Its own answer proves that the invalidation was done.
        await invalidating.getMany(['a']);
        const entries = [
          { key: 'a', value: 'old' },
          { key: 'b', value: 'untouched' },
        ];
        cache.fill(entries, token);
        assert.deepEqual((await cache.getMany(['a', 'b'])).values, [undefined, 'untouched']);
        await put(cache, 'a', 'new');
        assert.equal(await valueIn(other, 'a'), 'new');
        cache.invalidate(['a']);
      }
    });

    it('takes a fill with a token from after the invalidation, though others have older ones', async () => {
      const { cache } = await create();
      const older = await cache.getMany(['a']);
      cache.invalidate(['a']);
      const newer = await cache.getMany(['a']);
      cache.fill([{ key: 'a', value: 'new' }], newer.token);
      cache.fill([{ key: 'a', value: 'old' }], older.token);
      assert.equal(await valueIn(cache, 'a'), 'new');
    });

    it('clearing forgets everything and every fill under way', async () => {
      const { cache, other } = await create();
      await put(cache, 'a', 'one');
      const { token } = await cache.getMany(['b']);
      cache.clear();
      cache.fill([{ key: 'b', value: 'old' }], token);
      assert.deepEqual((await cache.getMany(['a', 'b'])).values, [undefined, undefined]);
      assert.equal(await valueIn(other, 'a'), undefined);
      await put(cache, 'b', 'new');
      assert.equal(await valueIn(cache, 'b'), 'new');
    });

    it('an offer without a token is dropped', async () => {
      const { cache } = await create();
      cache.invalidate(['a']);
      cache.fill([{ key: 'a', value: 'made up' }], 0);
      assert.equal(await valueIn(cache, 'a'), undefined);
    });
  });
}
