import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryBlobs } from '../../ports/blobs/memory-blobs.ts';
import { blobPacks } from '../../ports/packs/blob-packs.ts';
import type { Packs } from '../../ports/packs/packs.ts';
import { chunks } from './tables.ts';
import { contentsWorld, inPieces, noBound, randomBytesFrom, readWhole } from './test-contents.ts';
import { bytesIn, use } from './test-contract.ts';

const ada = 'ada';

/** Packs whose bytes can be made wrong from outside, as a disk may. */
function decayingPacks() {
  const inner = blobPacks(memoryBlobs({ clock: { nowMs: () => 0 } }));
  const flips = new Map<string, Set<number>>();
  const packs: Packs = {
    ...inner,
    async read(place, sizeBytes) {
      const bytes = Buffer.from(await inner.read(place, sizeBytes));
      for (const bit of flips.get(place.pack) ?? []) {
        const at = Math.floor(bit / 8) - place.at;
        if (at >= 0 && at < sizeBytes) bytes[at] = bytes[at]! ^ (1 << (bit % 8));
      }
      return bytes;
    },
  };
  const flip = (pack: string, bit: number) => {
    const known = flips.get(pack) ?? new Set();
    known.add(bit);
    flips.set(pack, known);
  };
  return { packs, flip };
}

async function scrubbed(world: ReturnType<typeof contentsWorld>) {
  for (;;) {
    const progress = await world.reopened().scrub.step();
    if (progress.endedAtMs !== undefined) return progress;
  }
}

test('CONT-6, CONT-10: one bit flipped in each of 1,000 chunks: 1,000 found, none served', async () => {
  const { packs, flip } = decayingPacks();
  const world = contentsWorld({ packs });
  const { contents, records } = world;
  const stored: { id: string; bytes: Buffer }[] = [];
  for (let i = 0; i < 1100; i++) {
    const bytes = randomBytesFrom(i, 100 + i * 7);
    const { id } = await contents.store(ada, inPieces(bytes), noBound);
    await use(world, id, `v${i}`);
    stored.push({ id, bytes });
  }
  const large = randomBytesFrom(5000, 20_000_000);
  const { id: largeId } = await contents.store(ada, inPieces(large), noBound);
  assert.equal((await scrubbed(world)).damaged, 0);
  const rows = new Map<string, { pack: string; at: number; sizeBytes: number }>();
  for (let cursor: string | undefined; ; ) {
    const page = await records.scan(chunks, { cursor, limit: 1000 });
    for (const { key, value } of page.rows) rows.set(key[0]!, value);
    if (page.next === undefined) break;
    cursor = page.next;
  }
  const [sound, bad] = [stored.slice(0, 100), stored.slice(100)];
  const described = await contents.describe(bad.map(({ id }) => id));
  for (const [i, each] of described.entries()) {
    const { pack, at, sizeBytes } = rows.get(each!.sha256!)!;
    flip(pack, at * 8 + ((i * 7919) % (sizeBytes * 8)));
  }
  let served = 0;
  for (const { id } of bad.slice(0, 500)) {
    const reading = async () => {
      for await (const piece of (await contents.open(id)).body) served += piece.length;
    };
    await assert.rejects(reading(), { kind: 'unavailable' });
  }
  assert.equal(served, 0, 'not a byte of damaged ones leaves');
  const progress = await scrubbed(world);
  assert.deepEqual([progress.damaged, progress.chunks], [1000, rows.size]);
  const found = await contents.scrub.damaged(1000);
  assert.deepEqual(
    new Set(found.map(({ sha256 }) => sha256)),
    new Set(described.map((each) => each!.sha256!)),
  );
  assert.match(found[0]!.uses[0]!, /^v\d+$/);
  assert.equal(world.reported.length, 1000);
  for (const { id, bytes } of sound) assert.ok(bytes.equals(await bytesIn(contents, id)));
  assert.ok(large.equals(await bytesIn(contents, largeId)));

  // Whoever brings the bytes again makes good what was lost, for all that use them.
  for (const { bytes } of bad) await contents.store('bob', inPieces(bytes), noBound);
  for (const { id, bytes } of bad) assert.ok(bytes.equals(await bytesIn(contents, id)));
  assert.deepEqual(await contents.scrub.damaged(1000), []);
  assert.equal((await scrubbed(world)).damaged, 0);
});

test('CONT-6: of a large content what is sound comes, up to the damage and from behind it', async () => {
  const { packs, flip } = decayingPacks();
  const world = contentsWorld({ packs });
  const bytes = randomBytesFrom(1, 12_000_000);
  const { id } = await world.contents.store(ada, inPieces(bytes), noBound);
  const { rows } = await world.records.scan(chunks, { limit: 100 });
  const { pack, at, sizeBytes } = rows[3]!.value;
  const wrong = at + Math.floor(sizeBytes / 2);
  const original = (await packs.read({ pack, at }, sizeBytes)).subarray(0, 100);
  const from = bytes.indexOf(original);
  flip(pack, wrong * 8);
  const { body } = await world.contents.open(id);
  const got: Buffer[] = [];
  await assert.rejects(
    (async () => {
      for await (const piece of body) got.push(piece);
    })(),
    { kind: 'unavailable' },
  );
  const came = Buffer.concat(got);
  assert.ok(came.equals(bytes.subarray(0, came.length)));
  assert.ok(came.length <= from + Math.floor(sizeBytes / 2));
  const behind = await world.contents.open(id, { range: { start: from + sizeBytes } });
  assert.ok(bytes.subarray(from + sizeBytes).equals(await readWhole(behind.body)));
});

test('CONT-10: a pack that is lost is told of, and the scrub goes on', async () => {
  const world = contentsWorld();
  const first = await world.contents.store(ada, inPieces(randomBytesFrom(1, 1000)), noBound);
  await world.contents.store(ada, inPieces(randomBytesFrom(2, 1000)), noBound);
  const row = (await world.records.get(chunks, [first.sha256!]))!;
  await world.packs.delete(row.value.pack);
  const { damaged, chunks: read } = await scrubbed(world);
  assert.deepEqual([damaged, read], [1, 2]);
  assert.match((await world.contents.scrub.damaged(10))[0]!.problem, /pack is not there/);
  await assert.rejects(bytesIn(world.contents, first.id), { kind: 'unavailable' });
});
