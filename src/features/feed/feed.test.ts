import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Refusal } from '../../lib/refusal.ts';
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

  it('FEED-5 refuses a cursor of another list', async () => {
    const { process, reader } = await smallWorld();
    for (const cursor of ['x', '%', Buffer.from('["feed","?"]').toString('base64url')]) {
      await assert.rejects(readPage(process, reader, { limit: 2, cursor }), /cursor/);
    }
    await process.stop();
  });
});
