import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryBlobs } from '../../ports/blobs/memory-blobs.ts';
import { manualClock } from '../../ports/clock/clock.ts';
import { blobPacks } from '../../ports/packs/blob-packs.ts';
import { createMemoryStore } from '../../ports/records/memory-store.ts';
import type { Table } from '../../ports/records/records.ts';
import { TestScheduler } from '../feed/test-scheduler.ts';
import { heldMs } from './contents.ts';
import { chunks, chunkUses, contentPages, contents as contentsTable } from './tables.ts';
import { contentsWorld, inPieces, noBound, randomBytesFrom } from './test-contents.ts';
import { bytesIn, endUse, packedBytes, use } from './test-contract.ts';

const ada = 'ada';

test('CONT-7: packs go when nothing in them lives, and what lives is moved out of those that are mostly dead', async () => {
  const world = contentsWorld();
  const { contents, packs, clock } = world;
  const [kept, lost] = [randomBytesFrom(1, 400_000), randomBytesFrom(2, 3_000_000)];
  const both = await Promise.all([kept, lost].map((bytes) => contents.store(ada, inPieces(bytes), noBound)));
  const [first, second] = both as [(typeof both)[0], (typeof both)[0]];
  await use(world, first.id);
  assert.equal(await packedBytes(packs), 3_400_000);
  for (let day = 0; day < 8; day++) {
    clock.advance(heldMs * 1.1);
    await world.collect();
    assert.ok(kept.equals(await bytesIn(contents, first.id)));
  }
  assert.deepEqual(await contents.describe([second.id]), [undefined]);
  assert.ok((await packedBytes(packs)) < 800_000, 'at most as much dead as alive');
  await endUse(world, first.id);
  for (let day = 0; day < 8; day++) {
    clock.advance(heldMs * 1.1);
    await world.collect();
  }
  assert.equal(await packedBytes(packs), 0);
  for (const table of [chunks, chunkUses, contentPages, contentsTable] as Table<object>[])
    assert.deepEqual((await world.records.scan(table, { limit: 10 })).rows, []);
  assert.deepEqual(world.reported, []);
});

test('CONT-8: who reads while a chunk is moved reads on', async () => {
  const world = contentsWorld();
  const { contents, packs, clock } = world;
  const [kept, lost] = [randomBytesFrom(1, 9_000_000), randomBytesFrom(2, 9_500_000)];
  // One batch after another: both share packs.
  const whole = await contents.store(ada, inPieces(Buffer.concat([kept, lost])), noBound);
  const part = await contents.store(ada, inPieces(kept), noBound);
  await use(world, part.id);
  const { body } = await contents.open(part.id);
  const reading = body.iterator({ destroyOnReturn: false });
  const read: Buffer[] = [(await reading.next()).value];
  for (let day = 0; day < 8; day++) {
    clock.advance(heldMs * 1.1);
    await world.collect();
  }
  for await (const piece of reading) read.push(piece);
  assert.ok(kept.equals(Buffer.concat(read)));
  assert.deepEqual(await contents.describe([whole.id]), [undefined]);
  assert.ok((await packedBytes(packs)) < 2 * kept.length);
});

test('CONT-7: an interrupted pass is gone on with, also by another process', async () => {
  const world = contentsWorld();
  for (let i = 0; i < 450; i++) await world.contents.store(ada, inPieces(randomBytesFrom(i, 10)), noBound);
  for (let day = 0; day < 8; day++) {
    world.clock.advance(heldMs * 1.1);
    let phase = 'contents';
    while (phase !== 'packs') ({ phase } = await world.reopened().collector.step());
    await world.collect();
  }
  assert.deepEqual((await world.records.scan(chunks, { limit: 10 })).rows, []);
});

test('CONT-7: what is brought, or held, just before it would go stays', async () => {
  const clock = manualClock();
  const plain = createMemoryStore({ nowMs: clock.nowMs }).records;
  let beforeEnd: (() => Promise<void>) | undefined;
  const isEnd = ({ op, table, value }: { op: string; table: { name: string }; value?: object }) =>
    (table.name === 'chunks' && op === 'remove') ||
    (table.name === 'contents' && value !== undefined && 'isGoing' in value);
  const records: typeof plain = {
    ...plain,
    async commit(commit) {
      const work = commit.decide.some(isEnd) ? beforeEnd : undefined;
      if (work) beforeEnd = undefined;
      await work?.();
      return plain.commit(commit);
    },
  };
  const world = contentsWorld({ records, clock });
  const { contents } = world;
  const bytes = randomBytesFrom(1, 1000);
  const days = async (count: number) => {
    for (let day = 0; day < count; day++) {
      clock.advance(heldMs * 1.1);
      await world.collect();
    }
  };
  const first = await contents.store(ada, inPieces(bytes), noBound);
  beforeEnd = async () => {
    await contents.hold(first.id);
    await use(world, first.id);
  };
  await days(4);
  assert.equal(beforeEnd, undefined);
  assert.ok(bytes.equals(await bytesIn(contents, first.id)), 'the content that was held');
  await endUse(world, first.id);
  await days(2);
  assert.deepEqual(await contents.describe([first.id]), [undefined]);
  let second = '';
  beforeEnd = async () => {
    second = (await contents.store(ada, inPieces(bytes), noBound)).id;
    await use(world, second);
  };
  await days(4);
  assert.ok(bytes.equals(await bytesIn(contents, second)), 'the chunk that was brought again');
});

/** Everything that happens to contents at once, in an order that the seed decides, while collection goes on. */
async function race(seed: number, { actors, rounds }: { actors: number; rounds: number }): Promise<number> {
  let state = seed * 2654435761 + 1;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const scheduler = new TestScheduler(random);
  const clock = manualClock();
  const plain = createMemoryStore({ nowMs: clock.nowMs }).records;
  const gates = ['get', 'getMany', 'list', 'listMany', 'scan', 'commit'] as const;
  const records = scheduler.gated(plain, [...gates]);
  const packs = scheduler.gated(blobPacks(memoryBlobs({ clock })), ['append', 'read', 'list', 'delete']);
  const world = contentsWorld({ records, packs, clock });
  const { contents } = world;
  // Few different bytes, so that everybody meets everybody's chunks while they come and go.
  const pick = () => randomBytesFrom(Math.floor(random() * 5), 2000);
  const used = new Map<string, Buffer>();
  let done = 0;

  const upload = async (i: number) => {
    const parts = [pick(), pick()];
    const bytes = Buffer.concat(parts);
    const stored =
      random() < 0.5 ? await contents.store(ada, inPieces(bytes), noBound) : await inSession(bytes);
    await use(world, stored.id, `u${i}`);
    used.set(`${stored.id} u${i}`, bytes);
  };
  const inSession = async (bytes: Buffer) => {
    const { id } = await contents.begin(ada);
    const half = Math.floor(bytes.length / 2);
    await contents.append(id, 0, inPieces(bytes.subarray(0, half)), noBound);
    await contents.append(id, half, inPieces(bytes.subarray(half)), noBound);
    return contents.seal(id);
  };
  const someUse = () => [...used.keys()][Math.floor(random() * used.size)];
  const copy = async (i: number) => {
    const from = someUse();
    if (!from) return;
    const bytes = used.get(from)!;
    const [id] = from.split(' ') as [string];
    try {
      await contents.hold(id);
    } catch {
      // Its last use ended meanwhile, and it went.
      return;
    }
    await use(world, id, `c${i}`);
    used.set(`${id} c${i}`, bytes);
  };
  const end = async () => {
    const from = someUse();
    if (!from) return;
    used.delete(from);
    const [id, name] = from.split(' ') as [string, string];
    await endUse(world, id, name);
  };
  const actor = async (index: number) => {
    for (let round = 0; round < rounds; round++) {
      const i = index * rounds + round;
      const dice = random();
      if (dice < 0.5) await upload(i);
      else if (dice < 0.75) await copy(i);
      else await end();
      done++;
    }
  };
  scheduler.open = false;
  let isOver = false;
  const collecting = (async () => {
    while (!isOver) {
      await contents.collector.step();
      // A day goes by between a use being prepared and committed at most: half of what holds promise.
      clock.advance(Math.floor((random() * heldMs) / 40));
    }
  })();
  await scheduler.drive(Promise.all(Array.from({ length: actors }, (_, index) => actor(index))));
  isOver = true;
  await scheduler.drive(collecting);
  scheduler.openAll();
  for (let day = 0; day < 8; day++) {
    clock.advance(heldMs * 1.1);
    await world.collect();
  }
  for (const [key, bytes] of used)
    assert.ok(bytes.equals(await bytesIn(contents, key.split(' ')[0]!)), `seed ${seed}: ${key} is as it was`);
  const ids = new Set([...used.keys()].map((key) => key.split(' ')[0]!));
  const left = await records.scan(contentsTable, { limit: 1000 });
  assert.deepEqual(
    new Set(left.rows.map(({ key }) => key[0])),
    ids,
    `seed ${seed}: what is not used has gone`,
  );
  assert.deepEqual(world.reported, []);
  return done;
}

test('CONT-7: collection racing thousands of uploads, copies and deletions loses nothing that is used', async () => {
  let done = 0;
  for (let seed = 1; seed <= 60; seed++) done += await race(seed, { actors: 5, rounds: 12 });
  assert.ok(done >= 3600);
});
