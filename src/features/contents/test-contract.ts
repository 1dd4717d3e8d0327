/** What contents do on any engines. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import type { Packs } from '../../ports/packs/packs.ts';
import type { Records } from '../../ports/records/records.ts';
import { type Contents, heldMs } from './contents.ts';
import { chunkUses } from './tables.ts';
import {
  breakingOff,
  type ContentsWorld,
  contentsWorld,
  inPieces,
  noBound,
  randomBytesFrom,
  readWhole,
} from './test-contents.ts';

export interface ContentsEngines {
  create: () => Promise<{ records?: Records; packs?: Packs; dispose: () => Promise<void> }>;
}

export const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const ada = 'ada';
const bob = 'bob';

export async function bytesIn(contents: Contents, id: string): Promise<Buffer> {
  return readWhole((await contents.open(id)).body);
}

export const use = (world: ContentsWorld, id: string, name = 'v1') =>
  world.records.commit({
    decide: [],
    then: world.contents.useWrites(id, name),
    hints: [{ kind: 'k', key: 'k', data: {} }],
  });
export const endUse = (world: ContentsWorld, id: string, name = 'v1') =>
  world.records.commit({
    decide: [],
    then: world.contents.endUseWrites(id, name),
    hints: [{ kind: 'k', key: 'k', data: {} }],
  });

export async function packedBytes(packs: Packs): Promise<number> {
  const listed = await packs.list({ limit: 1000 });
  return listed.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}

export function contentsContract(name: string, { create }: ContentsEngines): void {
  const each = (title: string, body: (world: ContentsWorld) => Promise<void>) =>
    test(`${title} (${name})`, async () => {
      const { dispose, ...engines } = await create();
      const world = contentsWorld(engines);
      try {
        await body(world);
        assert.deepEqual(world.reported, []);
      } finally {
        await world.contents.close();
        await dispose();
      }
    });
  wholeContents(each);
  namedChunks(each);
  sessions(each);
  collecting(each);
}

type Each = (title: string, body: (world: ContentsWorld) => Promise<void>) => void;

function wholeContents(each: Each): void {
  each('CONT-1, CONT-3: gives back what was stored, whole and in ranges', async ({ contents }) => {
    for (const size of [0, 1, 100, 262_144, 262_145, 1_500_000, 45_000_001]) {
      const bytes = randomBytesFrom(size, size);
      const stored = await contents.store(ada, inPieces(bytes, 50_001), noBound);
      const expected = { id: stored.id, ownerId: ada, sizeBytes: size, sha256: sha256(bytes) };
      assert.deepEqual(stored, expected);
      assert.deepEqual(await contents.describe([stored.id, 'none']), [expected, undefined]);
      const opened = await contents.open(stored.id);
      assert.deepEqual([opened.start, opened.end, opened.content], [0, size - 1, expected]);
      assert.ok(bytes.equals(await readWhole(opened.body)), `${size} bytes`);
      if (size === 0) continue;
      const middle = Math.floor(size / 2);
      for (const range of [
        { start: 0, end: 0 },
        { start: middle, end: middle + 300_000 },
        { start: size - 1 },
        { last: 5 },
      ]) {
        const { start, end, body } = await contents.open(stored.id, { range });
        assert.ok(bytes.subarray(start, end + 1).equals(await readWhole(body)), JSON.stringify(range));
      }
      await assert.rejects(contents.open(stored.id, { range: { start: size } }), { kind: 'range' });
    }
    await assert.rejects(contents.open('none'), { code: 'not-found' });
  });

  each('CONT-2: stores once what is there, whoever brings it', async ({ contents, packs }) => {
    const bytes = randomBytesFrom(1, 5_000_000);
    await contents.store(ada, inPieces(bytes), noBound);
    const before = await packedBytes(packs);
    const second = await contents.store(bob, inPieces(bytes), noBound);
    const zeros = await contents.store(bob, inPieces(Buffer.alloc(16 << 20)), noBound);
    assert.equal(await packedBytes(packs), before + (4 << 20), 'four chunks of zeros are one');
    assert.ok(bytes.equals(await bytesIn(contents, second.id)));
    assert.ok(Buffer.alloc(16 << 20).equals(await bytesIn(contents, zeros.id)));
  });

  each('CONT-2: many bring the same at the same time', async ({ contents }) => {
    const bytes = randomBytesFrom(2, 3_000_000);
    const stored = await Promise.all(
      Array.from({ length: 8 }, () => contents.store(ada, inPieces(bytes), noBound)),
    );
    for (const { id } of stored) assert.ok(bytes.equals(await bytesIn(contents, id)));
  });

  each('CONT-5: refuses what is not what was told, and stores what is', async ({ contents }) => {
    const bytes = randomBytesFrom(3, 2_000_000);
    const store = (options: object) => contents.store(ada, inPieces(bytes), { ...noBound, ...options });
    await assert.rejects(store({ bytesMax: 1_999_999 }), { code: 'too-large' });
    await assert.rejects(store({ bytesMax: 1000, sizeBytes: 2_000_000 }), { code: 'too-large' });
    await assert.rejects(store({ sizeBytes: 1_999_999 }), { code: 'invalid' });
    await assert.rejects(store({ sizeBytes: 2_000_001 }), { code: 'invalid' });
    await assert.rejects(store({ sha256: sha256(Buffer.from('other')) }), { code: 'invalid' });
    await assert.rejects(contents.store(ada, breakingOff(bytes, 1_000_000), noBound), /broken off/);
    await store({ sizeBytes: 2_000_000, sha256: sha256(bytes), bytesMax: 2_000_000 });
  });
}

function namedChunks(each: Each): void {
  each('CONT-4: names what one has brought oneself, and makes contents of it', async (world) => {
    const { contents } = world;
    const parts = [1, 2, 3].map((seed) => randomBytesFrom(seed, 300_000 + seed));
    const named = parts.map((bytes) => ({ sha256: sha256(bytes), sizeBytes: bytes.length }));
    const names = named.map((each) => each.sha256);
    assert.deepEqual(await contents.missing(ada, names), names);
    await contents.putChunk(ada, names[0]!, inPieces(parts[0]!));
    await contents.putChunk(ada, names[0]!, inPieces(parts[0]!));
    await contents.store(ada, inPieces(parts[1]!), noBound);
    await contents.store(bob, inPieces(parts[2]!), noBound);
    assert.deepEqual(await contents.missing(ada, names), [names[2]], 'that Bob has it is not told');
    assert.deepEqual(await contents.missing(bob, names), [names[0], names[1]]);
    await assert.rejects(contents.fromChunks(ada, named, noBound), { code: 'conflict' });
    await contents.putChunk(ada, names[2]!, inPieces(parts[2]!));
    const order = [0, 1, 2, 1, 0];
    const whole = Buffer.concat(order.map((i) => parts[i]!));
    const made = await contents.fromChunks(
      ada,
      order.map((i) => named[i]!),
      noBound,
    );
    assert.deepEqual([made.sizeBytes, made.sha256, made.ownerId], [whole.length, null, ada]);
    assert.ok(whole.equals(await bytesIn(contents, made.id)));
    while ((await contents.describe([made.id]))[0]?.sha256 === null) await contents.verifyWaiting();
    assert.deepEqual(await contents.describe([made.id]), [{ ...made, sha256: sha256(whole) }]);
    assert.equal((await contents.fromChunks(ada, [named[0]!], noBound)).sha256, names[0]);
    const empty = await contents.fromChunks(ada, [], noBound);
    assert.equal((await bytesIn(contents, empty.id)).length, 0);
  });

  each('CONT-4: makes large contents of named chunks', async ({ contents }) => {
    const part = randomBytesFrom(7, 1000);
    const named = { sha256: sha256(part), sizeBytes: 1000 };
    await contents.putChunk(ada, named.sha256, inPieces(part));
    const made = await contents.fromChunks(ada, Array(500).fill(named), noBound);
    assert.ok(Buffer.concat(Array(500).fill(part)).equals(await bytesIn(contents, made.id)));
  });

  each('CONT-4: refuses chunks that are not what they are named', async ({ contents }) => {
    const bytes = randomBytesFrom(4, 1000);
    await assert.rejects(contents.putChunk(ada, sha256(Buffer.from('x')), inPieces(bytes)), {
      code: 'invalid',
    });
    await assert.rejects(contents.putChunk(ada, 'x', inPieces(bytes)), { code: 'invalid' });
    const large = Buffer.alloc(4 * 1024 * 1024 + 1);
    await assert.rejects(contents.putChunk(ada, sha256(large), inPieces(large)), { code: 'too-large' });
    await assert.rejects(contents.putChunk(ada, sha256(Buffer.alloc(0)), inPieces(Buffer.alloc(0))), {
      code: 'invalid',
    });
    await contents.putChunk(ada, sha256(bytes), inPieces(bytes));
    const lie = [{ sha256: sha256(bytes), sizeBytes: 999 }];
    await assert.rejects(contents.fromChunks(ada, lie, noBound), { code: 'invalid' });
    await assert.rejects(contents.missing(ada, ['ABC']), { code: 'invalid' });
    const many = Array(3).fill({ sha256: sha256(bytes), sizeBytes: 1000 });
    await assert.rejects(contents.fromChunks(ada, many, { bytesMax: 2999 }), { code: 'too-large' });
  });

  each('CONT-4: a chunk that was brought alone counts for a day', async ({ contents, clock }) => {
    const bytes = randomBytesFrom(5, 1000);
    await contents.putChunk(ada, sha256(bytes), inPieces(bytes));
    clock.advance(heldMs - 1);
    assert.deepEqual(await contents.missing(ada, [sha256(bytes)]), []);
    clock.advance(2);
    assert.deepEqual(await contents.missing(ada, [sha256(bytes)]), [sha256(bytes)]);
  });
}

function sessions(each: Each): void {
  each(
    'CONT-9: an upload cut anywhere, gone on with in other processes, is what it would have been',
    async (world) => {
      const bytes = randomBytesFrom(6, 20_000_000);
      const whole = await world.contents.store(ada, inPieces(bytes), noBound);
      const before = await packedBytes(world.packs);
      const { id } = await world.contents.begin(ada, { sizeBytes: bytes.length });
      let state = 1;
      for (let at = 0; at < bytes.length; ) {
        const contents = at % 3 === 0 ? world.contents : world.reopened();
        state = (Math.imul(state, 1103515245) + 12345) >>> 0;
        const size = 1 + (state % 1_500_000);
        const isCut = state % 5 < 3;
        const rest = bytes.subarray(at);
        const source = isCut ? breakingOff(rest, size) : inPieces(rest.subarray(0, size));
        const appended = contents.append(id, at, source, noBound);
        if (isCut) await assert.rejects(appended, /broken off/);
        else await appended;
        const { offsetBytes } = (await world.contents.session(id))!;
        assert.equal(offsetBytes, Math.min(at + size, bytes.length), 'what came is kept');
        at = offsetBytes;
      }
      const sealed = await world.contents.seal(id);
      assert.deepEqual(await world.contents.seal(id), sealed);
      assert.equal(await world.contents.session(id), undefined);
      assert.ok(bytes.equals(await bytesIn(world.contents, id)));
      while ((await world.contents.describe([id]))[0]?.sha256 === null) await world.contents.verifyWaiting();
      assert.deepEqual(await world.contents.describe([id]), [{ ...whole, id }]);
      const tailsMax = 30 * (4 << 20);
      assert.ok((await packedBytes(world.packs)) < before + tailsMax, 'the same chunks');
    },
  );

  each(
    'CONT-9: in one process the checksum is known at once, of small uploads as well',
    async ({ contents }) => {
      for (const size of [0, 10, 6_000_000]) {
        const bytes = randomBytesFrom(8, size);
        const { id } = await contents.begin(ada);
        for (let at = 0; at < size; at += 1_000_000)
          await contents.append(id, at, inPieces(bytes.subarray(at, at + 1_000_000)), noBound);
        assert.equal((await contents.seal(id)).sha256, sha256(bytes));
        assert.ok(bytes.equals(await bytesIn(contents, id)));
      }
    },
  );

  each('CONT-9: refuses what does not fit', async ({ contents }) => {
    const bytes = randomBytesFrom(9, 1000);
    const { id } = await contents.begin(ada, { sizeBytes: 1000 });
    const checksum = (part: Uint8Array) => ({ algorithm: 'sha256', value: sha256(part) });
    const append = (at: number, part: Uint8Array, options = {}) =>
      contents.append(id, at, inPieces(part), { ...noBound, ...options });
    await assert.rejects(append(1, bytes), { code: 'conflict' });
    await assert.rejects(append(0, bytes, { checksum: checksum(Buffer.from('x')) }), { code: 'invalid' });
    assert.equal(
      (await contents.session(id))?.offsetBytes,
      0,
      'of a part with a wrong checksum nothing is kept',
    );
    await append(0, bytes.subarray(0, 500), { checksum: checksum(bytes.subarray(0, 500)) });
    await assert.rejects(append(0, bytes.subarray(0, 500)), { code: 'conflict' });
    await assert.rejects(append(500, bytes), { code: 'too-large' });
    await assert.rejects(contents.seal(id), { code: 'conflict' });
    await assert.rejects(contents.open(id), { code: 'not-found' });
    assert.deepEqual(await contents.describe([id]), [undefined]);
    await append(500, bytes.subarray(500));
    await contents.seal(id);
    await assert.rejects(append(1000, bytes), { code: 'not-found' });
    await assert.rejects(contents.seal('none'), { code: 'not-found' });
  });

  each('CONT-9: who goes on stops a connection that hangs', async ({ contents }) => {
    const bytes = randomBytesFrom(10, 300_000);
    const { id } = await contents.begin(ada);
    let hangs: () => void = () => undefined;
    const isHanging = new Promise<void>((resolve) => {
      hangs = resolve;
    });
    const hanging = contents.append(
      id,
      0,
      (async function* () {
        yield bytes.subarray(0, 100_000);
        hangs();
        await new Promise(() => undefined);
      })(),
      noBound,
    );
    hanging.catch(() => undefined);
    await isHanging;
    await assert.rejects(contents.append(id, 0, inPieces(bytes), noBound), { code: 'conflict' });
    await assert.rejects(hanging, { code: 'conflict' });
    assert.equal((await contents.session(id))?.offsetBytes, 100_000);
    await contents.append(id, 100_000, inPieces(bytes.subarray(100_000)), noBound);
    await contents.seal(id);
    assert.ok(bytes.equals(await bytesIn(contents, id)));
  });

  each('CONT-9: of two who append in different processes one wins', async (world) => {
    const bytes = randomBytesFrom(11, 400_000);
    const { id } = await world.contents.begin(ada);
    const both = await Promise.allSettled(
      [world.contents, world.reopened()].map((contents) => contents.append(id, 0, inPieces(bytes), noBound)),
    );
    assert.deepEqual(both.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
    await world.contents.seal(id);
    assert.ok(bytes.equals(await bytesIn(world.contents, id)));
  });

  each('CONT-9: an upload that is given up goes', async (world) => {
    const { contents, records } = world;
    const bytes = randomBytesFrom(12, 3_000_000);
    const { id } = await contents.begin(ada);
    await contents.append(id, 0, inPieces(bytes), noBound);
    await contents.abort(id);
    await contents.abort(id);
    assert.equal(await contents.session(id), undefined);
    await assert.rejects(contents.append(id, 0, inPieces(bytes), noBound), { code: 'not-found' });
    assert.deepEqual(
      (await records.scan(chunkUses, { limit: 1000 })).rows.filter(({ key }) => key[2] === id),
      [],
    );
  });
}

function collecting(each: Each): void {
  const days = async (world: ContentsWorld, count: number) => {
    for (let i = 0; i < count; i++) {
      world.clock.advance(heldMs + 1);
      await world.collect();
    }
  };

  each('CONT-7: what is used stays, what is not goes with its chunks', async (world) => {
    const { contents, records } = world;
    const [shared, alone] = [randomBytesFrom(13, 2_000_000), randomBytesFrom(14, 2_000_000)];
    const kept = await contents.store(ada, inPieces(shared), noBound);
    await use(world, kept.id);
    const ended = await contents.store(ada, inPieces(Buffer.concat([shared, alone])), noBound);
    await use(world, ended.id, 'v2');
    await endUse(world, ended.id, 'v2');
    const never = await contents.store(bob, inPieces(alone), noBound);
    await days(world, 6);
    assert.deepEqual(
      (await contents.describe([kept.id, ended.id, never.id])).map((found) => found?.id),
      [kept.id, undefined, undefined],
    );
    assert.ok(shared.equals(await bytesIn(contents, kept.id)));
    const left = (await records.scan(chunkUses, { limit: 1000 })).rows.map(({ key }) => key[2]);
    assert.deepEqual([...new Set(left)], [kept.id]);
    await endUse(world, kept.id);
    await days(world, 6);
    assert.deepEqual((await records.scan(chunkUses, { limit: 1000 })).rows, []);
    // Anything brought again is stored anew.
    const again = await contents.store(ada, inPieces(shared), noBound);
    assert.ok(shared.equals(await bytesIn(contents, again.id)));
  });

  each('CONT-7: what is held stays, and can be used again', async (world) => {
    const { contents, clock } = world;
    const bytes = randomBytesFrom(15, 1_000_000);
    const stored = await contents.store(ada, inPieces(bytes), noBound);
    clock.advance(heldMs + 1);
    await world.collect();
    assert.deepEqual(await contents.hold(stored.id), stored);
    clock.advance(heldMs - 1);
    await world.collect();
    await use(world, stored.id);
    await days(world, 4);
    assert.ok(bytes.equals(await bytesIn(contents, stored.id)));
    await assert.rejects(contents.hold('none'), { code: 'not-found' });
  });

  each('CONT-7: uploads under way stay for a week, their last bytes as well', async (world) => {
    const { contents } = world;
    const bytes = randomBytesFrom(16, 3_000_000);
    const { id } = await contents.begin(ada);
    await contents.append(id, 0, inPieces(bytes.subarray(0, 2_000_000)), noBound);
    await days(world, 5);
    await contents.append(id, 2_000_000, inPieces(bytes.subarray(2_000_000)), noBound);
    await contents.seal(id);
    // A crash may come before anything is made of it: whoever asks again finds it for as long.
    await days(world, 5);
    assert.ok(bytes.equals(await bytesIn(contents, id)));
    const { id: left } = await contents.begin(ada);
    await contents.append(left, 0, inPieces(bytes), noBound);
    await days(world, 12);
    assert.equal(await contents.session(left), undefined);
  });
}
