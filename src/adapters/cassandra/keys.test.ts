import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { joinParts, keyRange, partitionParts, partitionText, splitParts } from './keys.ts';

const part = fc.string({
  unit: fc.constantFrom('a', 'b', '\x01', '\x02', 'ä', '\uffee', '😀'),
  maxLength: 3,
});
const keys = fc.array(fc.tuple(part, part), { maxLength: 20 });
const bytes = (text: string) => Buffer.from(text);
const order = (a: string, b: string) => Buffer.compare(bytes(a), bytes(b));

test('joined keys sort by their parts and come apart again', () => {
  fc.assert(
    fc.property(fc.tuple(part, part), fc.tuple(part, part), (a, b) => {
      const byParts = order(a[0], b[0]) || order(a[1], b[1]);
      assert.equal(Math.sign(order(joinParts(a), joinParts(b))), Math.sign(byParts));
      assert.deepEqual(splitParts(joinParts(a), 2), a);
      assert.deepEqual(partitionParts(partitionText(a), 2), a);
      assert.deepEqual(partitionParts(partitionText([a[0]]), 1), [a[0]]);
    }),
  );
  assert.notEqual(partitionText(['']), '');
  assert.deepEqual(splitParts(joinParts([]), 0), []);
});

test('a range holds the keys that begin with the prefix, between the bounds', () => {
  const bound = fc.option(part, { nil: undefined });
  fc.assert(
    fc.property(keys, fc.option(part, { nil: undefined }), bound, bound, (all, first, after, before) => {
      const prefix = first === undefined ? [] : [first];
      const range = keyRange(prefix, { after, before });
      for (const key of all) {
        const next = key[prefix.length]!;
        const expected =
          prefix.every((each, i) => key[i] === each) &&
          (after === undefined || order(next, after) > 0) &&
          (before === undefined || order(next, before) < 0);
        const joined = joinParts(key);
        const found =
          (range.from === undefined || order(joined, range.from) >= 0) &&
          (range.before === undefined || order(joined, range.before) < 0);
        assert.equal(found, expected, JSON.stringify({ key, prefix, after, before, range }));
      }
    }),
  );
});
