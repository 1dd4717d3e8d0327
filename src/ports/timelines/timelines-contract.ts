import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Id, idFromNumber } from '../../lib/ids.ts';
import type { Timelines } from './timelines.ts';

export interface TimelinesContractOptions {
  name: string;
  /** A fresh, empty one whose heads and inboxes hold at most that many keys. */
  create: (options: { ringMax: number }) => Promise<Timelines>;
}

const all = { before: Number.POSITIVE_INFINITY, limit: 100 };
const person = (n: number): Id => idFromNumber(1_000_000 + n);
const [ann, bob, cho, dee] = [person(1), person(2), person(3), person(4)];

/** What every implementation of the port must do. */
export function timelinesContract({ name, create }: TimelinesContractOptions): void {
  describe(`timelines: ${name}`, () => {
    headRules(create);
    inboxRules(create);
    audienceRules(create);
    readRules(create);
  });
}

type Create = TimelinesContractOptions['create'];

/** Fills a head with keys that are all there is. */
async function fillWhole(timelines: Timelines, authorId: Id, keys: number[]) {
  const [state] = await timelines.openHeads([authorId]);
  const below = Number.POSITIVE_INFINITY;
  await timelines.fillHeads([{ authorId, term: state!.term, keys, from: 0, below }]);
}

function runsOf(timelines: Timelines, authors: Id[], { before, limit } = all) {
  return timelines.headRuns(
    authors.map((authorId) => ({ authorId, before })),
    { limit },
  );
}

async function coverWhole(timelines: Timelines, readerId: Id, authorId: Id, keys: number[], from = 0) {
  const { term } = await timelines.join(readerId, [authorId]);
  return timelines.cover(readerId, { term, authors: [authorId], keys, authorOf: keys.map(() => 0), from });
}

async function deliverAll(timelines: Timelines, authorId: Id, key: number, limit = 1000) {
  for (let cursor: string | undefined; ; ) {
    const { readers, next } = await timelines.audience(authorId, { cursor, limit });
    await timelines.deliver(readers, authorId, key);
    if (next === undefined) return;
    cursor = next;
  }
}

async function readInbox(timelines: Timelines, readerId: Id, options = all) {
  const version = (await timelines.coverage(readerId))?.version ?? 0;
  return timelines.read({ readerId, version, pulled: timelines.prepare([]), ...options });
}

function headRules(create: Create): void {
  it('an opened head keeps what is pushed and answers nothing until it is filled', async () => {
    const timelines = await create({ ringMax: 8 });
    const [state] = await timelines.openHeads([ann]);
    assert.equal(state!.floor, Number.POSITIVE_INFINITY);
    await timelines.pushHeads([{ authorId: ann, key: 50 }]);
    assert.deepEqual(await runsOf(timelines, [ann]), [{ keys: [], floor: Number.POSITIVE_INFINITY }]);
    const below = Number.POSITIVE_INFINITY;
    await timelines.fillHeads([{ authorId: ann, term: state!.term, keys: [40, 30], from: 30, below }]);
    assert.deepEqual(await runsOf(timelines, [ann]), [{ keys: [50, 40, 30], floor: 30 }]);
  });

  it('a head that is not open takes nothing', async () => {
    const timelines = await create({ ringMax: 8 });
    await timelines.pushHeads([{ authorId: ann, key: 50 }]);
    await fillWhole(timelines, ann, [40]);
    assert.deepEqual((await runsOf(timelines, [ann]))[0]!.keys, [40]);
  });

  it('holds a key once, in order, whatever the order of arrival', async () => {
    const timelines = await create({ ringMax: 8 });
    await fillWhole(timelines, ann, [30, 10, 20]);
    for (const key of [25, 10, 5, 40]) await timelines.pushHeads([{ authorId: ann, key }]);
    assert.deepEqual(await runsOf(timelines, [ann]), [{ keys: [40, 30, 25, 20, 10, 5], floor: 0 }]);
  });

  it('evicts the oldest, and the floor says so', async () => {
    const timelines = await create({ ringMax: 4 });
    await fillWhole(timelines, ann, [1, 2, 3, 4]);
    await timelines.pushHeads([{ authorId: ann, key: 5 }]);
    assert.deepEqual(await runsOf(timelines, [ann]), [{ keys: [5, 4, 3, 2], floor: 2 }]);
    await timelines.pushHeads([{ authorId: ann, key: 1 }]);
    assert.deepEqual(await runsOf(timelines, [ann]), [{ keys: [5, 4, 3, 2], floor: 2 }]);
  });

  it('goes on downwards from its floor and never over a gap', async () => {
    const timelines = await create({ ringMax: 8 });
    const { term } = (await timelines.openHeads([ann]))[0]!;
    const below = Number.POSITIVE_INFINITY;
    await timelines.fillHeads([{ authorId: ann, term, keys: [90, 80], from: 80, below }]);
    await timelines.fillHeads([{ authorId: ann, term, keys: [30], from: 30, below: 50 }]);
    assert.equal((await runsOf(timelines, [ann]))[0]!.floor, 80);
    await timelines.pushHeads([{ authorId: ann, key: 65 }]);
    await timelines.fillHeads([{ authorId: ann, term, keys: [70, 60], from: 60, below: 80 }]);
    assert.deepEqual(await runsOf(timelines, [ann]), [{ keys: [90, 80, 70, 65, 60], floor: 60 }]);
  });

  it('refuses what was read for a head that was thrown away', async () => {
    const timelines = await create({ ringMax: 8 });
    const { term } = (await timelines.openHeads([ann]))[0]!;
    await timelines.clear();
    await timelines.openHeads([ann]);
    const below = Number.POSITIVE_INFINITY;
    await timelines.fillHeads([{ authorId: ann, term, keys: [1], from: 0, below }]);
    assert.equal((await runsOf(timelines, [ann]))[0]!.floor, Number.POSITIVE_INFINITY);
  });

  it('a run cut by its limit is complete down to its last key', async () => {
    const timelines = await create({ ringMax: 8 });
    await fillWhole(timelines, ann, [1, 2, 3, 4]);
    assert.deepEqual(await runsOf(timelines, [ann, bob], { before: 4, limit: 2 }), [
      { keys: [3, 2], floor: 2 },
      { keys: [], floor: Number.POSITIVE_INFINITY },
    ]);
  });
}

function inboxRules(create: Create): void {
  it('what is delivered between join and cover is kept', async () => {
    const timelines = await create({ ringMax: 8 });
    const { term, floor } = await timelines.join(ann, [bob]);
    assert.equal(floor, Number.POSITIVE_INFINITY);
    await deliverAll(timelines, bob, 7);
    assert.equal((await timelines.coverage(ann))!.has(bob), false);
    const backfill = { authors: [bob], keys: [5, 6], authorOf: [0, 0], from: 0 };
    assert.equal(await timelines.cover(ann, { term, ...backfill }), true);
    assert.deepEqual((await timelines.coverage(ann))!.authors(), [bob]);
    assert.deepEqual((await readInbox(timelines, ann)).keys, [7, 6, 5]);
  });

  it('inserts an older author in order, and the floor rises to what the backfill answers for', async () => {
    const timelines = await create({ ringMax: 8 });
    await coverWhole(timelines, ann, bob, [60, 50, 40]);
    await coverWhole(timelines, ann, cho, [55, 45], 45);
    const page = await readInbox(timelines, ann);
    assert.deepEqual(page.keys, [60, 55, 50, 45]);
    assert.deepEqual(page.authors, [bob, cho, bob, cho]);
    assert.deepEqual([page.floor, page.inboxFloor], [45, 45]);
  });

  it('evicts the oldest of a full inbox', async () => {
    const timelines = await create({ ringMax: 4 });
    await coverWhole(timelines, ann, bob, [1, 2, 3, 4, 5]);
    assert.deepEqual((await readInbox(timelines, ann)).keys, [5, 4, 3, 2]);
    await deliverAll(timelines, bob, 6);
    const page = await readInbox(timelines, ann);
    assert.deepEqual([page.keys, page.floor], [[6, 5, 4, 3], 3]);
  });

  it('refuses a backfill begun before a leave, a drop or a clearing', async () => {
    const timelines = await create({ ringMax: 8 });
    const backfill = { authors: [bob], keys: [5], authorOf: [0], from: 0 };
    const ends = [
      () => timelines.uncover(ann, [bob]),
      () => timelines.drop(ann),
      () => timelines.clear(),
      async () => timelines.retire((await timelines.audience(bob, { limit: 10 })).readers, bob),
    ];
    for (const end of ends) {
      const { term } = await timelines.join(ann, [bob]);
      await end();
      await timelines.join(ann, [bob]);
      assert.equal(await timelines.cover(ann, { term, ...backfill }), false);
      assert.equal((await timelines.coverage(ann))!.has(bob), false);
      await timelines.drop(ann);
    }
  });

  it('two backfills under way at once both count', async () => {
    const timelines = await create({ ringMax: 8 });
    const first = await timelines.join(ann, [bob]);
    const second = await timelines.join(ann, [cho]);
    const backfill = (term: number, author: Id, key: number) =>
      timelines.cover(ann, { term, authors: [author], keys: [key], authorOf: [0], from: 0 });
    assert.equal(await backfill(second.term, cho, 4), true);
    assert.equal(await backfill(first.term, bob, 3), true);
    assert.deepEqual((await readInbox(timelines, ann)).keys, [4, 3]);
  });
}

function audienceRules(create: Create): void {
  const readers = Array.from({ length: 25 }, (_, i) => person(100 + i));

  it('pages reach everybody who stays, while others leave', async () => {
    const timelines = await create({ ringMax: 8 });
    for (const reader of readers) await coverWhole(timelines, reader, ann, []);
    assert.equal(await timelines.audienceSize(ann), 25);
    const leaving = [readers[0]!, readers[12]!, readers[24]!, readers[3]!];
    for (let cursor: string | undefined; ; ) {
      const page = await timelines.audience(ann, { cursor, limit: 4 });
      assert.ok(page.readers.count <= 4);
      await timelines.deliver(page.readers, ann, 9);
      const leaver = leaving.pop();
      if (leaver) await timelines.uncover(leaver, [ann]);
      if (page.next === undefined) break;
      cursor = page.next;
    }
    for (const reader of readers) {
      if ((await timelines.coverage(reader))!.has(ann))
        assert.deepEqual((await readInbox(timelines, reader)).keys, [9]);
    }
  });

  it('those who left or lost their inbox are not delivered to', async () => {
    const timelines = await create({ ringMax: 8 });
    await coverWhole(timelines, bob, ann, []);
    await coverWhole(timelines, cho, ann, []);
    await timelines.uncover(bob, [ann]);
    await timelines.drop(cho);
    await coverWhole(timelines, cho, dee, []);
    await deliverAll(timelines, ann, 9);
    assert.deepEqual((await readInbox(timelines, bob)).keys, []);
    assert.deepEqual((await readInbox(timelines, cho)).keys, []);
  });

  it('retiring an author ends its coverage everywhere and empties its audience', async () => {
    const timelines = await create({ ringMax: 8 });
    for (const reader of readers) await coverWhole(timelines, reader, ann, [1]);
    for (let cursor: string | undefined; ; ) {
      const page = await timelines.audience(ann, { cursor, limit: 10 });
      await timelines.retire(page.readers, ann);
      if (page.next === undefined) break;
      cursor = page.next;
    }
    assert.equal(await timelines.audienceSize(ann), 0);
    for (const reader of readers) assert.equal((await timelines.coverage(reader))!.has(ann), false);
  });

  it('marks who is popular', async () => {
    const timelines = await create({ ringMax: 8 });
    await timelines.setPopular(ann, true);
    assert.deepEqual(await timelines.popularAmong([ann, bob]), new Set([ann]));
    await timelines.setPopular(ann, false);
    assert.deepEqual(await timelines.popularAmong([ann, bob]), new Set());
  });
}

function readRules(create: Create): void {
  it('merges the inbox with heads, each key once, newest first, below the cursor', async () => {
    const timelines = await create({ ringMax: 8 });
    await coverWhole(timelines, ann, bob, [10, 30, 50]);
    await fillWhole(timelines, cho, [20, 40, 50, 60]);
    await fillWhole(timelines, dee, [30]);
    const { version } = (await timelines.coverage(ann))!;
    const request = { readerId: ann, version, pulled: timelines.prepare([cho, dee]) };
    const page = await timelines.read({ ...request, before: 60, limit: 3 });
    assert.deepEqual(page.keys, [50, 40, 30]);
    assert.deepEqual(page.authors.length, 3);
    assert.deepEqual((await timelines.read({ ...request, before: 30, limit: 3 })).keys, [20, 10]);
  });

  it('names absent heads and answers nothing until they are there', async () => {
    const timelines = await create({ ringMax: 8 });
    await fillWhole(timelines, bob, [1]);
    const request = { readerId: ann, version: 0, pulled: timelines.prepare([bob, cho]), ...all };
    const page = await timelines.read(request);
    assert.deepEqual([page.keys, page.absent, page.floor], [[], [cho], Number.POSITIVE_INFINITY]);
    await fillWhole(timelines, cho, [2]);
    assert.deepEqual((await timelines.read(request)).keys, [2, 1]);
  });

  it('a plan of another version is refused', async () => {
    const timelines = await create({ ringMax: 8 });
    await coverWhole(timelines, ann, bob, [1]);
    const { version } = (await timelines.coverage(ann))!;
    const request = { readerId: ann, version, pulled: timelines.prepare([]), ...all };
    assert.equal((await timelines.read(request)).current, true);
    await coverWhole(timelines, ann, cho, [2]);
    assert.equal((await timelines.read(request)).current, false);
    await timelines.drop(ann);
    assert.equal((await timelines.read(request)).current, false);
  });

  it('clearing leaves nothing', async () => {
    const timelines = await create({ ringMax: 8 });
    await coverWhole(timelines, ann, bob, [1]);
    await fillWhole(timelines, bob, [1]);
    await timelines.clear();
    assert.equal(await timelines.coverage(ann), undefined);
    const [run] = await runsOf(timelines, [bob]);
    assert.equal(run!.floor, Number.POSITIVE_INFINITY);
    const { inboxes, heads } = timelines.size();
    assert.deepEqual([inboxes, heads], [0, 0]);
  });
}
