import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { chunkBytesMax, chunkBytesMin } from './contents.ts';
import { CutFinder } from './find-cut.ts';
import { randomBytesFrom } from './test-contents.ts';

function cuts(pieces: Iterable<Uint8Array>): number[] {
  const finder = new CutFinder();
  const found: number[] = [];
  let before = 0;
  for (const piece of pieces) {
    for (let from = 0; from < piece.length; ) {
      const cut = finder.find(piece, from);
      if (cut < 0) break;
      found.push(before + cut);
      from = cut;
    }
    before += piece.length;
  }
  if (found.at(-1) !== before && before > 0) found.push(before);
  return found;
}

function* divided(bytes: Uint8Array, sizes: readonly number[]) {
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length]!;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

const chunksOf = (bytes: Uint8Array) =>
  cuts([bytes]).map((end, i, all) => bytes.subarray(i === 0 ? 0 : all[i - 1]!, end));
const nameOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

test('CONT-2: cuts depend on the bytes alone, not on how they come', () => {
  const bytes = randomBytesFrom(1, 12_000_000);
  const whole = cuts([bytes]);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 3_000_001 }), { minLength: 1, maxLength: 8 }), (sizes) => {
      // Pieces of a few bytes alone would take long, and are met at the ends of others.
      const pieces = Math.max(...sizes) < 10_000 ? [...sizes, 100_003] : sizes;
      assert.deepEqual(cuts(divided(bytes, pieces)), whole);
    }),
    { numRuns: 60 },
  );
});

test('CONT-2: no chunk is below the minimum but the last, none above the maximum, and they are near the mean', () => {
  const inputs = [randomBytesFrom(2, 64 << 20), Buffer.alloc(20_000_001), Buffer.alloc(9_000_000, 'abc')];
  for (const bytes of inputs) {
    const sizes = chunksOf(bytes).map((chunk) => chunk.length);
    for (const size of sizes.slice(0, -1)) assert.ok(size >= chunkBytesMin && size <= chunkBytesMax);
    assert.equal(
      sizes.reduce((sum, size) => sum + size, 0),
      bytes.length,
    );
  }
  const mean = inputs[0]!.length / cuts([inputs[0]!]).length;
  assert.ok(mean > 0.8 * 2 ** 20 && mean < 1.4 * 2 ** 20, `mean ${mean}`);
});

test('CONT-2: a few bytes changed anywhere change few chunks', () => {
  const bytes = randomBytesFrom(3, 32 << 20);
  const known = new Set(chunksOf(bytes).map(nameOf));
  const newBytes = (changed: Uint8Array) =>
    chunksOf(changed).reduce((sum, chunk) => sum + (known.has(nameOf(chunk)) ? 0 : chunk.length), 0);
  const inserted = Buffer.from('five.');
  for (const at of [0, 1, 1_000_000, 16 << 20, bytes.length]) {
    const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
    assert.ok(newBytes(Buffer.concat([before, inserted, after])) <= 3 << 20, `inserted at ${at}`);
    assert.ok(newBytes(Buffer.concat([before, after.subarray(5)])) <= 3 << 20, `removed at ${at}`);
  }
});

test('CONT-2: five bytes in front of 128 MiB leave all but 3 MiB as they were', () => {
  const bytes = randomBytesFrom(4, 128 << 20);
  const known = new Set(chunksOf(bytes).map(nameOf));
  const changed = chunksOf(Buffer.concat([Buffer.from('five.'), bytes])).filter(
    (chunk) => !known.has(nameOf(chunk)),
  );
  assert.ok(changed.reduce((sum, chunk) => sum + chunk.length, 0) <= 3 << 20);
});

test('CONT-2: cuts stay where they were, so that what is stored goes on being shared', () => {
  assert.deepEqual(
    cuts([randomBytesFrom(5, 6_000_000)]),
    [636_660, 1_696_617, 2_812_048, 4_489_400, 5_640_397, 6_000_000],
  );
});
