import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cacheContract } from './cache-contract.ts';
import { memoryCache } from './memory-cache.ts';

cacheContract({
  name: 'memory',
  create: async () => {
    const cache = memoryCache({ charactersMax: 100_000 });
    return { cache, other: cache };
  },
});

test('what is held is bounded', async () => {
  const cache = memoryCache({ charactersMax: 10_000 });
  const keys = Array.from({ length: 100 }, (_, i) => `key ${i}`);
  for (const key of keys) {
    const { token } = await cache.getMany([key]);
    cache.fill([{ key, value: 'x'.repeat(500) }], token);
  }
  const held = (await cache.getMany(keys)).values.filter((value) => value !== undefined);
  assert.ok(held.length > 4 && held.length <= 20, `${held.length}`);
});
