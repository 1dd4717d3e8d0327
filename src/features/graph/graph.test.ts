import assert from 'node:assert/strict';
import { test } from 'node:test';
import { write } from '../../ports/records/records.ts';
import { createGraph } from './graph.ts';
import { followersByTime, followingByTime, follows } from './tables.ts';
import { testGraph } from './test-graph.ts';

type World = Awaited<ReturnType<typeof testGraph>>;
const page = { before: undefined, limit: 100 };

const followersOf = async ({ graph, accounts }: World, userId: string) => {
  const account = (await accounts.directory.get(userId))!;
  const viewer = { userId, isAdmin: false, credentialId: null };
  return (await graph.listFollowers(viewer, account, page)).items.map(({ username }) => username);
};
const followingOf = async ({ graph, accounts }: World, userId: string) => {
  const account = (await accounts.directory.get(userId))!;
  const viewer = { userId, isAdmin: false, credentialId: null };
  return (await graph.listFollowing(viewer, account, page)).items.map(({ username }) => username);
};
const requestsOf = async ({ graph }: World, userId: string) => {
  const viewer = { userId, isAdmin: false, credentialId: null };
  return (await graph.listRequests(viewer, page)).items.map(({ username }) => username);
};

test('GRAPH-1: a follow shows on both sides at once, again changes nothing, and ends twice', async () => {
  const world = await testGraph();
  const { graph } = world;
  const anna = await world.person('anna');
  const berta = await world.person('berta');
  assert.deepEqual([...(await graph.viewer(anna.userId)).following], []);
  const input = { followeeId: berta.userId, followerId: anna.userId };
  assert.deepEqual(await graph.follow(anna, input), { state: 'following', created: true });
  assert.deepEqual(await graph.follow(anna, input), { state: 'following', created: false });
  assert.deepEqual([...(await graph.viewer(anna.userId)).following], [berta.userId]);
  assert.deepEqual(await graph.counts(berta.userId), { followers: 1, following: 0 });
  assert.deepEqual(await graph.counts(anna.userId), { followers: 0, following: 1 });
  assert.deepEqual(await followersOf(world, berta.userId), ['anna']);
  assert.deepEqual(await followingOf(world, anna.userId), ['berta']);
  await graph.unfollow(anna, '@berta');
  await graph.unfollow(anna, berta.userId);
  assert.deepEqual([...(await graph.viewer(anna.userId)).following], []);
  assert.deepEqual(await graph.counts(berta.userId), { followers: 0, following: 0 });
  assert.deepEqual(await followersOf(world, berta.userId), []);
  const { items } = await graph.listFollowHistory(anna, page);
  assert.deepEqual(
    items.map(({ kind }) => kind),
    ['ended', 'followed'],
  );
});

test('GRAPH-1: nobody follows for another, themselves, or somebody who is not there', async () => {
  const { graph, person, accounts, ids } = await testGraph();
  const anna = await person('anna');
  const berta = await person('berta');
  const clara = await person('clara');
  await accounts.deactivate(clara);
  const attempt = (followeeId: string, followerId?: string) => graph.follow(anna, { followeeId, followerId });
  await assert.rejects(attempt(berta.userId, berta.userId), { code: 'forbidden' });
  await assert.rejects(attempt(anna.userId), { code: 'invalid' });
  for (const absent of [clara.userId, ids.next(), '@nobody', 'nonsense']) {
    await assert.rejects(attempt(absent), { code: 'not-found' });
  }
});

test('GRAPH-1: the same follow sent many times at once counts once', async () => {
  const { graph, person } = await testGraph();
  const anna = await person('anna');
  const berta = await person('berta');
  const results = await Promise.all(
    Array.from({ length: 8 }, () => graph.follow(anna, { followeeId: berta.userId })),
  );
  assert.equal(results.filter(({ created }) => created).length, 1);
  assert.deepEqual(await graph.counts(berta.userId), { followers: 1, following: 0 });
  await Promise.all(Array.from({ length: 8 }, () => graph.unfollow(anna, berta.userId)));
  assert.deepEqual(await graph.counts(berta.userId), { followers: 0, following: 0 });
});

test('GRAPH-1: a repeated request with its key answers as the first did; another body is refused', async () => {
  const { graph, person } = await testGraph();
  const anna = await person('anna');
  const berta = await person('berta');
  const claim = { userId: anna.userId, key: 'k', bodyHash: 'h' };
  const input = { followeeId: berta.userId, clientTime: '2020-06-20T00:00:00Z' };
  const first = await graph.follow(anna, input, claim);
  assert.deepEqual(await graph.follow(anna, input, claim), first);
  await assert.rejects(graph.follow(anna, input, { ...claim, bodyHash: 'other' }), {
    code: 'idempotency-mismatch',
  });
  const [entry] = (await graph.listFollowHistory(anna, page)).items;
  assert.equal(entry?.clientTime, '2020-06-20T00:00:00Z');
});

test('GRAPH-2: a private account is asked, and accepts or turns down', async () => {
  const world = await testGraph();
  const { graph, accounts, person } = world;
  const [anna, berta, clara] = [await person('anna'), await person('berta'), await person('clara')];
  await accounts.update(clara, { isPrivate: true });
  for (const asking of [anna, berta]) {
    const asked = await graph.follow(asking, { followeeId: clara.userId });
    assert.deepEqual(asked, { state: 'requested', created: true });
  }
  assert.deepEqual(await requestsOf(world, clara.userId), ['berta', 'anna']);
  assert.deepEqual(await graph.counts(clara.userId), { followers: 0, following: 0 });
  assert.equal((await graph.relations(anna.userId, [clara.userId]))[0]?.requested, true);
  await graph.acceptRequest(clara, anna.userId);
  await graph.acceptRequest(clara, anna.userId);
  await graph.rejectRequest(clara, berta.userId);
  await graph.rejectRequest(clara, berta.userId);
  await graph.rejectRequest(clara, anna.userId);
  assert.deepEqual(await requestsOf(world, clara.userId), []);
  assert.deepEqual(await followersOf(world, clara.userId), ['anna']);
  assert.deepEqual(await graph.counts(clara.userId), { followers: 1, following: 0 });
  await assert.rejects(graph.acceptRequest(clara, berta.userId), { code: 'not-found' });
  assert.equal((await graph.relations(clara.userId, [anna.userId]))[0]?.followedBy, true);
  await graph.removeFollower(clara, anna.userId);
  assert.deepEqual(await graph.counts(clara.userId), { followers: 0, following: 0 });
});

test('GRAPH-2: an account that becomes public accepts everybody who asked', async () => {
  const world = await testGraph();
  const { graph, accounts, person } = world;
  const clara = await person('clara');
  await accounts.update(clara, { isPrivate: true });
  for (let i = 0; i < 30; i++) await graph.follow(await person(`asking_${i}`), { followeeId: clara.userId });
  await graph.startRepair();
  await accounts.update(clara, { isPrivate: false });
  await graph.caughtUp();
  assert.deepEqual(await requestsOf(world, clara.userId), []);
  assert.deepEqual(await graph.counts(clara.userId), { followers: 30, following: 0 });
  await graph.stop();
});

test('GRAPH-3: a block hides both ways and ends what they follow', async () => {
  const world = await testGraph();
  const { graph, accounts, person } = world;
  const [anna, berta, clara] = [await person('anna'), await person('berta'), await person('clara')];
  await graph.follow(anna, { followeeId: berta.userId });
  await graph.follow(berta, { followeeId: anna.userId });
  await graph.follow(clara, { followeeId: berta.userId });
  await graph.viewer(berta.userId);
  await graph.block(anna, berta.userId);
  await graph.block(anna, '@berta');
  for (const [a, b] of [
    [anna, berta],
    [berta, anna],
  ] as const) {
    const viewer = await graph.viewer(a.userId);
    assert.deepEqual([...viewer.blocked], [b.userId]);
    assert.deepEqual([...viewer.following], []);
    assert.equal(await graph.isBlocked(a.userId, b.userId), true);
    await assert.rejects(graph.follow(a, { followeeId: b.userId }), { code: 'not-found' });
    await assert.rejects(graph.mute(a, b.userId), { code: 'not-found' });
  }
  const berta_ = (await accounts.directory.get(berta.userId))!;
  await assert.rejects(graph.listFollowers(anna, berta_, page), { code: 'not-found' });
  await graph.follow(clara, { followeeId: anna.userId });
  assert.deepEqual(await graph.counts(berta.userId), { followers: 1, following: 0 });
  assert.deepEqual(
    (await graph.listBlocked(anna, page)).items.map(({ username }) => username),
    ['berta'],
  );
  assert.deepEqual((await graph.listBlocked(berta, page)).items, []);
  await assert.rejects(graph.block(anna, anna.userId), { code: 'invalid' });

  await graph.unblock(anna, berta.userId);
  await graph.unblock(anna, berta.userId);
  assert.deepEqual([...(await graph.viewer(berta.userId)).blocked], []);
  assert.deepEqual([...(await graph.viewer(anna.userId)).following], [], 'follows do not come back');
  await graph.follow(berta, { followeeId: anna.userId });
});

test('GRAPH-3: blocked people do not show in lists', async () => {
  const world = await testGraph();
  const { graph, accounts, person } = world;
  const [anna, berta, clara] = [await person('anna'), await person('berta'), await person('clara')];
  await graph.follow(anna, { followeeId: clara.userId });
  await graph.follow(berta, { followeeId: clara.userId });
  await graph.block(berta, anna.userId);
  const clara_ = (await accounts.directory.get(clara.userId))!;
  const seenBy = async (viewer: typeof anna | null) =>
    (await graph.listFollowers(viewer, clara_, page)).items.map(({ username }) => username);
  assert.deepEqual(await seenBy(anna), ['anna']);
  assert.deepEqual(await seenBy(berta), ['berta']);
  assert.deepEqual(await seenBy(null), ['berta', 'anna']);
});

test('GRAPH-3: a block holds though the process dies after its commit', async () => {
  let dead = false;
  let left = Number.POSITIVE_INFINITY;
  const world = await testGraph({
    wrap: (records) => ({
      ...records,
      commit: (commit) => {
        if (left-- <= 0) dead = true;
        return dead ? Promise.reject(new Error('power is gone')) : records.commit(commit);
      },
    }),
  });
  const { graph, deps, person } = world;
  const [anna, berta] = [await person('anna'), await person('berta')];
  await graph.follow(anna, { followeeId: berta.userId });
  await graph.follow(berta, { followeeId: anna.userId });
  left = 1;
  await assert.rejects(graph.block(anna, berta.userId), /power is gone/);
  const next = createGraph(deps);
  assert.deepEqual([...(await next.viewer(berta.userId)).following], [anna.userId]);
  await Promise.all([next.start(), next.startRepair()]);
  await next.caughtUp();
  assert.deepEqual([...(await next.viewer(berta.userId)).following], []);
  assert.deepEqual(await next.counts(anna.userId), { followers: 0, following: 0 });
  await next.stop();
});

test('GRAPH-4: a mute stays with oneself', async () => {
  const { graph, person } = await testGraph();
  const [anna, berta] = [await person('anna'), await person('berta')];
  await graph.viewer(anna.userId);
  await graph.mute(anna, berta.userId);
  await graph.mute(anna, '@berta');
  assert.deepEqual([...(await graph.viewer(anna.userId)).muted], [berta.userId]);
  assert.equal((await graph.viewer(berta.userId)).muted.size, 0);
  assert.equal((await graph.listMuted(anna, page)).items.length, 1);
  await graph.unmute(anna, berta.userId);
  await graph.unmute(anna, berta.userId);
  assert.equal((await graph.viewer(anna.userId)).muted.size, 0);
});

test('GRAPH-5: lists of a private account are for its followers and itself', async () => {
  const { graph, accounts, person } = await testGraph();
  const [anna, berta, clara] = [await person('anna'), await person('berta'), await person('clara')];
  await graph.follow(anna, { followeeId: clara.userId });
  const clara_ = await accounts.update(clara, { isPrivate: true });
  assert.equal((await graph.listFollowers(anna, clara_, page)).items.length, 1);
  assert.equal((await graph.listFollowers(clara, clara_, page)).items.length, 1);
  for (const stranger of [berta, null]) {
    await assert.rejects(graph.listFollowers(stranger, clara_, page), { code: 'not-found' });
    await assert.rejects(graph.listFollowing(stranger, clara_, page), { code: 'not-found' });
  }
});

test('GRAPH-5: pages are full but the last, whoever is hidden, and miss and repeat nobody', async () => {
  const world = await testGraph();
  const { graph, accounts, person } = world;
  const star = await person('star');
  const shown: string[] = [];
  for (let i = 0; i < 45; i++) {
    const fan = await person(`fan_${i}`);
    await graph.follow(fan, { followeeId: star.userId });
    if (i % 3 === 0 || i < 10) await accounts.deactivate(fan);
    else shown.unshift(`fan_${i}`);
  }
  const account = (await accounts.directory.get(star.userId))!;
  const seen: string[] = [];
  let before: string | undefined;
  const sizes: number[] = [];
  do {
    const { items, next } = await graph.listFollowers(null, account, { before, limit: 6 });
    sizes.push(items.length);
    seen.push(...items.map(({ username }) => username));
    before = next;
  } while (before !== undefined);
  assert.deepEqual(seen, shown);
  assert.ok(
    sizes.slice(0, -1).every((size) => size === 6),
    String(sizes),
  );
  assert.ok(sizes.at(-1)! > 0);
});

test('GRAPH-6: what a viewer sees is one object until it changes, and another after', async () => {
  const { graph, person } = await testGraph();
  const [anna, berta] = [await person('anna'), await person('berta')];
  await graph.start();
  const before = await graph.viewer(anna.userId);
  await graph.follow(berta, { followeeId: anna.userId });
  await graph.caughtUp();
  assert.equal(await graph.viewer(anna.userId), before);
  await graph.follow(anna, { followeeId: berta.userId });
  const after = await graph.viewer(anna.userId);
  assert.notEqual(after, before);
  assert.equal(before.following.size, 0);
  await graph.caughtUp();
  assert.equal(await graph.viewer(anna.userId), after, 'the hint of a known change changes nothing');
  await graph.stop();
});

test('GRAPH-6: a load that races changes ends with the truth, whatever the order of reads', async () => {
  const { deps, graph, person, clock } = await testGraph();
  const anna = await person('anna');
  const others = await Promise.all(['b_1', 'b_2', 'b_3', 'b_4'].map(person));
  // Reads of this second process come late and out of order.
  const turns = (count: number) =>
    Array.from({ length: count }).reduce<Promise<void>>((before) => before.then(), Promise.resolve());
  const late = createGraph({
    ...deps,
    records: {
      ...deps.records,
      list: async (...args) => {
        const rows = await deps.records.list(...args);
        await turns(Math.floor(clock.random() * 40));
        return rows as never;
      },
      getMany: async (...args) => {
        const rows = await deps.records.getMany(...args);
        await turns(Math.floor(clock.random() * 40));
        return rows as never;
      },
    },
  });
  await late.start();
  for (let round = 0; round < 60; round++) {
    const pick = others[Math.floor(clock.random() * others.length)]!;
    const reading = late.viewer(anna.userId);
    if (clock.random() < 0.5) await graph.follow(anna, { followeeId: pick.userId });
    else await graph.unfollow(anna, pick.userId);
    if (clock.random() < 0.3) await reading;
    if (round % 10 === 9) {
      await late.caughtUp();
      const [seen, truth] = [await late.viewer(anna.userId), await createGraph(deps).viewer(anna.userId)];
      assert.deepEqual([...seen.following].sort(), [...truth.following].sort(), `round ${round}`);
    }
  }
  await late.stop();
});

test('GRAPH-7: the repair makes lists agree with the truth, and rests when they do', async () => {
  const world = await testGraph();
  const { graph, person, records, log } = world;
  const [anna, berta] = [await person('anna'), await person('berta')];
  await graph.follow(anna, { followeeId: berta.userId });
  const row = (await records.get(follows, [anna.userId, berta.userId]))!;
  // As if the engine had lost what was to follow the commit, and kept something that had gone.
  const then = [
    write.remove(followersByTime, [berta.userId, row.value.key]),
    write.put(followingByTime, [anna.userId, '0000000000a'], { followeeId: berta.userId }),
  ];
  const hint = (followKey: string) => ({
    kind: 'follow.changed',
    key: anna.userId,
    data: { followerId: anna.userId, followeeId: berta.userId, followKey },
  });
  await records.commit({ decide: [], then, hints: [hint(row.value.key), hint('0000000000a')] });
  await graph.startRepair();
  await graph.caughtUp();
  assert.deepEqual(await followersOf(world, berta.userId), ['anna']);
  assert.deepEqual(await followingOf(world, anna.userId), ['berta']);
  const head = log.head();
  await records.commit({ decide: [], hints: [hint(row.value.key)] });
  await graph.caughtUp();
  assert.equal(log.head(), head + 1, 'nothing to repair, nothing written');
  await graph.stop();
});

test('GRAPH-7: an erased account leaves the graph', async () => {
  const world = await testGraph();
  const { graph, accounts, person, clock } = world;
  const [anna, berta, clara] = [await person('anna'), await person('berta'), await person('clara')];
  await graph.follow(anna, { followeeId: berta.userId });
  await graph.follow(berta, { followeeId: anna.userId });
  await graph.block(berta, clara.userId);
  await graph.startRepair();
  await accounts.requestDeletion(berta, { password: 'a quiet river at dawn' });
  clock.advance(14 * 86_400_000);
  await accounts.eraseAccount(berta.userId);
  await graph.caughtUp();
  assert.deepEqual(await graph.counts(anna.userId), { followers: 0, following: 0 });
  assert.deepEqual(await graph.counts(berta.userId), { followers: 0, following: 0 });
  assert.deepEqual([...(await createGraph(world.deps).viewer(clara.userId)).blocked], []);
  await graph.stop();
});
