import assert from 'node:assert/strict';
import { it } from 'node:test';
import { feedWorld } from './test-world.ts';

const firstPage = { order: 'recent', limit: 20, cursor: undefined } as const;

async function settledWorld() {
  const world = feedWorld();
  const process = await world.startProcess();
  const reader = world.join();
  const author = world.join();
  await process.graph.follow(reader, { followeeId: author.userId });
  const post = await world.post(process, author);
  const read = () => process.feed.readBytes(reader, reader.userId, firstPage);
  await read();
  await process.feed.settled();
  return { world, process, reader, author, post, read };
}

it('FEED-12 a page that nothing has touched is the same bytes', async () => {
  const { world, process, read } = await settledWorld();
  const page = await read();
  assert.equal(await read(), page);
  // Whatever happens to others is no reason to put it together anew.
  const stranger = world.join();
  const elsewhere = await world.post(process, stranger);
  await process.posts.change(stranger, elsewhere.id, { text: 'other words' });
  world.alter(stranger, { displayName: 'Somebody' });
  assert.equal(await read(), page);
  await process.stop();
});

it('FEED-12 whatever is in a page is shown as it is now, at once', async () => {
  const { world, process, reader, author, post, read } = await settledWorld();
  const text = async () => (await read()).toString();
  await process.posts.change(author, post.id, { text: 'better words' });
  assert.match(await text(), /better words/);
  world.alter(author, { displayName: 'Another Name' });
  assert.match(await text(), /Another Name/);
  const next = await world.post(process, author);
  await process.feed.settled();
  assert.match(await text(), new RegExp(`"post":\\{"id":"${next.id}"`));
  await process.posts.delete(author, next.id);
  assert.doesNotMatch(await text(), new RegExp(next.id));
  await process.graph.mute(reader, author.userId);
  assert.doesNotMatch(await text(), new RegExp(post.id));
  await process.stop();
});

it('FEED-12 what changes while a page is put together is not kept out of the next one', async () => {
  const world = feedWorld();
  let meanwhile: (() => void) | undefined;
  const process = await world.startProcess({
    wrap: (deps) => ({
      ...deps,
      posts: {
        ...deps.posts,
        async present(viewerId, cards) {
          const texts = await deps.posts.present(viewerId, cards);
          meanwhile?.();
          return texts;
        },
      },
    }),
  });
  const reader = world.join();
  await world.post(process, reader);
  const read = async () => (await process.feed.readBytes(reader, reader.userId, firstPage)).toString();
  await read();
  await process.feed.settled();
  world.alter(reader, { displayName: 'First' });
  meanwhile = () => world.alter(reader, { displayName: 'Second' });
  assert.match(await read(), /First/);
  meanwhile = undefined;
  assert.match(await read(), /Second/);
  await process.stop();
});
