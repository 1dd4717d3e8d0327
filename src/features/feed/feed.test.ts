import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Refusal } from '../../lib/refusal.ts';
import { measuredPolicy, noSignals } from './index.ts';
import {
  everybodyHasInboxes,
  feedWorld,
  nobodyHasInboxes,
  type ProcessOptions,
  readAll,
  readPage,
} from './test-world.ts';

/** A reader with some authors in one process. */
async function smallWorld({ authors = 3, ...options }: ProcessOptions & { authors?: number } = {}) {
  const world = feedWorld();
  const process = await world.startProcess({ timelines: { ringMax: 8 }, ...options });
  const reader = world.join();
  const followed = Array.from({ length: authors }, () => world.join());
  for (const each of followed) await process.graph.follow(reader, { followeeId: each.userId });
  const writeMany = async (count: number) => {
    for (let i = 0; i < count; i++) await world.post(process, followed[(i * 7) % followed.length]!);
  };
  return { world, process, reader, followed, writeMany };
}

describe('the feed', () => {
  it('FEED-1 shows the posts of everybody followed and one’s own, newest first', async () => {
    const { world, process, reader, writeMany } = await smallWorld();
    await writeMany(5);
    const own = await world.post(process, reader);
    await world.post(process, world.join());
    const { ids, next } = await readPage(process, reader, { limit: 20 });
    assert.equal(ids.length, 6);
    assert.equal(ids[0], own.id);
    assert.deepEqual(ids, await world.naive(process, reader));
    assert.equal(next, undefined);
    await process.stop();
  });

  it('FEED-2 is its reader’s alone', async () => {
    const { process, reader, followed } = await smallWorld();
    const asked = process.feed.read(reader, followed[0]!.userId, {
      order: 'recent',
      limit: 20,
      cursor: undefined,
    });
    await assert.rejects(asked, (error) => error instanceof Refusal && error.code === 'forbidden');
    await process.stop();
  });

  for (const [name, policy] of Object.entries({ everybodyHasInboxes, nobodyHasInboxes })) {
    it(`FEED-3 warm, cold, deep and by the truth alone it is the same (${name})`, async () => {
      const { world, process, reader, writeMany } = await smallWorld({ policy, authors: 5 });
      for (let round = 0; round < 6; round++) {
        await writeMany(11);
        const naive = await world.naive(process, reader);
        for (const limit of [1, 7, 8, 20, 33, 100]) {
          assert.deepEqual(await readAll(process, reader, { limit }), naive);
          await process.feed.settled();
        }
        await process.feed.rebuild();
        const truth = await world.startProcess({ node: 1, unstarted: true });
        assert.deepEqual(await readAll(truth, reader, { limit: 7 }), naive);
        await truth.stop();
      }
      await process.stop();
    });
  }

  it('FEED-5 a page that ends exactly at the end says so', async () => {
    const { process, reader, writeMany } = await smallWorld();
    await writeMany(20);
    for (const limit of [20, 10, 5]) {
      const pages = [await readPage(process, reader, { limit })];
      for (let next = pages[0]!.next; next !== undefined; next = pages.at(-1)!.next)
        pages.push(await readPage(process, reader, { limit, cursor: next }));
      assert.deepEqual(
        pages.map(({ ids }) => ids.length),
        Array.from({ length: 20 / limit }, () => limit),
      );
    }
    await process.stop();
  });

  it('FEED-5 pages are full however much between is hidden', async () => {
    const { world, process, reader, followed } = await smallWorld();
    for (let i = 0; i < 120; i++) {
      const visibility = i % 40 === 0 ? 'public' : 'only-me';
      await world.post(process, followed[0]!, { visibility });
    }
    const first = await readPage(process, reader, { limit: 2 });
    assert.equal(first.ids.length, 2);
    const second = await readPage(process, reader, { limit: 2, cursor: first.next });
    assert.deepEqual([second.ids.length, second.next], [1, undefined]);
    await process.stop();
  });

  it('FEED-5 refuses a cursor of another list', async () => {
    const { process, reader } = await smallWorld();
    for (const cursor of ['x', '%', Buffer.from('["feed","?"]').toString('base64url')]) {
      await assert.rejects(readPage(process, reader, { limit: 2, cursor }), /cursor/);
    }
    await process.stop();
  });

  it('FEED-10 one’s own post is there before its hint is handled', async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { world, process, reader } = await smallWorld({
      wrap: (deps) => ({
        ...deps,
        log: {
          ...deps.log,
          subscribe: (options) =>
            deps.log.subscribe({ ...options, handle: (entries) => held.then(() => options.handle(entries)) }),
        },
      }),
    });
    await readPage(process, reader, { limit: 5 });
    const own = await world.post(process, reader);
    for (const order of ['recent', 'relevant'] as const)
      assert.deepEqual((await readPage(process, reader, { limit: 5, order })).ids, [own.id]);
    for (let i = 0; i < 30; i++) await world.post(process, reader);
    assert.equal((await readPage(process, reader, { limit: 100 })).ids.length, 31);
    release();
    await process.stop();
  });

  it('FEED-6 a follow brings posts at once and an unfollow takes them at once', async () => {
    const { world, process, reader, followed, writeMany } = await smallWorld();
    await writeMany(30);
    await readAll(process, reader, { limit: 20 });
    await process.feed.settled();
    for (const each of followed) {
      await process.graph.unfollow(reader, each.userId);
      assert.deepEqual(await readAll(process, reader, { limit: 7 }), await world.naive(process, reader));
    }
    assert.deepEqual(await readAll(process, reader, { limit: 7 }), []);
    for (const each of followed) {
      await process.graph.follow(reader, { followeeId: each.userId });
      assert.deepEqual(await readAll(process, reader, { limit: 7 }), await world.naive(process, reader));
    }
    await process.stop();
  });

  it('FEED-11 rebuilding while serving changes nothing that is served', async () => {
    const { world, process, reader, writeMany } = await smallWorld();
    await writeMany(40);
    const naive = await world.naive(process, reader);
    for (let round = 0; round < 5; round++) {
      const reads = Array.from({ length: 5 }, () => readAll(process, reader, { limit: 9 }));
      await process.feed.rebuild();
      for (const ids of await Promise.all(reads)) assert.deepEqual(ids, naive);
      await process.feed.settled();
    }
    await process.stop();
  });

  it('FEED-11 as a stored group it goes on where it ended, and repeated hints change nothing', async () => {
    const subscription = { start: 'stored', group: 'feed-generator' } as const;
    const { world, process, reader, writeMany } = await smallWorld({
      wrap: (deps) => ({ ...deps, subscription }),
    });
    await writeMany(12);
    await readAll(process, reader, { limit: 5 });
    await process.feed.settled();
    await process.stop();
    const again = await world.startProcess({ node: 1, wrap: (deps) => ({ ...deps, subscription }) });
    await world.post(again, reader);
    assert.deepEqual(await readAll(again, reader, { limit: 5 }), await world.naive(again, reader));
    await again.stop();
  });
});

describe('switches in use', () => {
  it('FEED-7 whoever reads often comes to have an inbox, and loses it by staying away', async () => {
    const { process, reader, followed, writeMany, world } = await smallWorld({
      policy: measuredPolicy,
      authors: 20,
    });
    await writeMany(20);
    process.clock.advance(10 * 86_400_000);
    for (let i = 0; i < 50; i++) {
      process.clock.advance(60_000);
      await readPage(process, reader, { limit: 20 });
    }
    await process.feed.settled();
    assert.equal(process.feed.size().inboxes, 1);
    process.clock.advance(8 * 86_400_000);
    await world.post(process, followed[0]!);
    await process.feed.settled();
    assert.equal(process.feed.size().inboxes, 0);
    assert.deepEqual(await readAll(process, reader, { limit: 9 }), await world.naive(process, reader));
    await process.stop();
  });
});

describe('by relevance', () => {
  it('FEED-9 pages without repeats or losses, ranked first and chronological below', async () => {
    const { world, process, reader, writeMany } = await smallWorld({ timelines: {} });
    await writeMany(300);
    const naive = await world.naive(process, reader);
    const ranked = await readAll(process, reader, { limit: 50, order: 'relevant' });
    assert.equal(new Set(ranked).size, 300);
    assert.deepEqual([...ranked].sort().reverse(), naive);
    assert.deepEqual(ranked.slice(240), naive.slice(240));
    await process.stop();
  });

  it('FEED-9 goes on in another process and after the order is forgotten, while counts change', async () => {
    let asked = 0;
    const changing = () => {
      asked += 7000;
      return { views: 1, dwellMs: asked % 50_000, reports: 0 };
    };
    const signals = { ...noSignals, posts: async (ids: readonly string[]) => ids.map(changing) };
    const { world, process, reader, writeMany } = await smallWorld({ signals, timelines: {} });
    await writeMany(100);
    const other = await world.startProcess({ node: 1, signals });
    const seen: string[] = [];
    let cursor: string | undefined;
    for (let turn = 0; turn === 0 || cursor !== undefined; turn++) {
      const page = await readPage(turn % 2 ? other : process, reader, {
        limit: 11,
        cursor,
        order: 'relevant',
      });
      seen.push(...page.ids);
      cursor = page.next;
      if (turn % 3 === 0) await process.feed.rebuild();
    }
    assert.deepEqual(seen.sort().reverse(), await world.naive(process, reader));
    await Promise.all([process.stop(), other.stop()]);
  });

  it('FEED-9 begins newest first where there is no time to rank, and its cursor goes on', async () => {
    const { world, process, reader, writeMany } = await smallWorld({ timelines: {} });
    await writeMany(40);
    const read = async (cursor: string | undefined, withoutRanking: boolean) => {
      const request = { order: 'relevant', limit: 15, cursor, withoutRanking } as const;
      const page = JSON.parse(await process.feed.read(reader, reader.userId, request));
      return { ids: page.items.map((item: { post: { id: string } }) => item.post.id), next: page.nextCursor };
    };
    const first = await read(undefined, true);
    const second = await read(first.next, false);
    const third = await read(second.next, true);
    assert.deepEqual([...first.ids, ...second.ids, ...third.ids], await world.naive(process, reader));
    assert.equal(third.next, null);
    await process.stop();
  });

  it('FEED-8 puts a friend’s post first and says why', async () => {
    let friend = '';
    const signals = {
      ...noSignals,
      affinities: async (_reader: string, authors: readonly string[]) =>
        authors.map((id) => ({
          conversations: id === friend ? 20 : 0,
          likes: 0,
          profileVisits: 0,
          dwellMs: 0,
        })),
    };
    const { world, process, reader, followed } = await smallWorld({ signals });
    friend = followed[0]!.userId;
    const post = await world.post(process, followed[0]!);
    process.clock.advance(60_000);
    for (let i = 0; i < 4; i++) await world.post(process, followed[1]!);
    await world.post(process, reader);
    const page = await readPage(process, reader, { limit: 10, order: 'relevant' });
    assert.deepEqual([page.ids[0], page.reasons[0]], [post.id, 'conversation']);
    assert.equal(
      page.reasons[page.ids.findIndex((id) => world.posts.get(id)!.authorId === reader.userId)],
      undefined,
    );
    await process.stop();
  });
});
