import assert from 'node:assert/strict';
import { test } from 'node:test';
import { graphTables } from '../features/graph/index.ts';
import { notificationTables } from '../features/notifications/index.ts';
import { createIdSource } from '../lib/ids.ts';
import type { Principal } from '../lib/principal.ts';
import { memoryBlobs } from '../ports/blobs/memory-blobs.ts';
import { memoryCache } from '../ports/cache/memory-cache.ts';
import { manualClock } from '../ports/clock/clock.ts';
import { noMailer } from '../ports/mail/mail.ts';
import { blobPacks } from '../ports/packs/blob-packs.ts';
import { memoryPubSub } from '../ports/pubsub/pubsub.ts';
import { memoryPush } from '../ports/push/push.ts';
import { createMemoryStore } from '../ports/records/memory-store.ts';
import { memorySearch } from '../ports/search/memory-search.ts';
import { createMemoryTimelines } from '../ports/timelines/memory-timelines.ts';
import { createFeatures, type Ports } from './features.ts';
import { createJanitorRole } from './janitor.ts';

const password = 'a quiet river at dawn';

/** Everything together, on engines in memory. */
function world() {
  const clock = manualClock();
  const { records, log } = createMemoryStore({ nowMs: clock.nowMs });
  const ports: Ports = {
    records,
    log,
    clock,
    timelines: createMemoryTimelines({ inboxBytesMax: 1_000_000, headBytesMax: 1_000_000 }),
    cache: memoryCache({ charactersMax: 1_000_000 }),
    search: memorySearch(),
    blobs: memoryBlobs({ clock }),
    packs: blobPacks(memoryBlobs({ clock })),
    pubsub: memoryPubSub(),
    mailer: noMailer,
    pushSender: memoryPush(),
    ids: createIdSource({ nowMs: clock.nowMs }),
    isShared: false,
  };
  const reported: unknown[] = [];
  const features = createFeatures(ports, {
    registration: 'open',
    publicUrl: 'http://kith.test',
    secret: 's'.repeat(32),
    mediaQuotaBytes: 1_000_000,
    mediaBaseUrl: '',
    report: (error) => reported.push(error),
  });
  const { accounts } = features;
  const person = async (username: string): Promise<Principal> => {
    const email = `${username}@example.org`;
    const { token } = await accounts.register({ username, email, password, device: '' });
    return (await accounts.authenticator.byToken(token))!;
  };
  const janitor = createJanitorRole(ports, features, (error) => reported.push(error));
  return { ...ports, clock, features, person, janitor, reported };
}

test('JANITOR-3: an erased account is in no list of follows, blocks, mutes and notifications any more', async () => {
  const w = world();
  const { accounts, graph, posts, comments, reactions, notifications } = w.features;
  const [anna, berta, clara] = [await w.person('anna'), await w.person('berta'), await w.person('clara')];
  const { post } = await posts.create(berta, { text: 'hello' });
  const own = await posts.create(anna, { text: 'hello @berta' });
  await graph.follow(anna, { followeeId: berta.userId });
  await graph.follow(berta, { followeeId: anna.userId });
  await graph.follow(berta, { followeeId: clara.userId });
  await graph.block(clara, anna.userId);
  await graph.mute(anna, (await w.person('dora')).userId);
  const first = await comments.create(berta, { postId: post.id, comment: 'mine' });
  await comments.create(anna, { postId: post.id, comment: 'a reply', parentId: first.id });
  await comments.create(anna, { postId: post.id, comment: 'to @clara and @berta' });
  await reactions.react(anna, { postId: post.id });
  await reactions.react(berta, { postId: own.post.id });
  const consumer = await notifications.consume(w.log);
  await consumer.caughtUp();
  assert.ok((await notifications.list(berta, { limit: 10 })).items.length >= 4);
  assert.ok((await notifications.list(anna, { limit: 10 })).items.length >= 1);

  await accounts.requestDeletion(anna, { password });
  w.clock.advance(15 * 86_400_000);
  for (let worked = 1; worked > 0; ) {
    w.clock.advance(1000);
    worked = await w.janitor.pass();
  }
  await consumer.caughtUp();
  await consumer.close();
  assert.deepEqual(w.reported, []);
  for (const table of [...graphTables, ...notificationTables]) {
    // What others did, such as to follow, stays in their history under an id that leads to nobody.
    if (table.name === 'follow_history') continue;
    const { rows } = await w.records.scan(table, { limit: 1000 });
    assert.deepEqual(
      rows.filter((row) => JSON.stringify(row).includes(anna.userId)),
      [],
      table.name,
    );
  }
  const history = await graph.listFollowHistory(anna, { before: undefined, limit: 10 });
  assert.deepEqual(history.items, []);
  assert.deepEqual(await graph.counts(berta.userId), { followers: 0, following: 1 });
});
