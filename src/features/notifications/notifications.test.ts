import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createIdSource, type Id } from '../../lib/ids.ts';
import { manualClock } from '../../ports/clock/clock.ts';
import { createMemoryStore } from '../../ports/records/memory-store.ts';
import type { Account } from '../accounts/index.ts';
import type { Post, PostCard, ReactionKind } from '../posts/index.ts';
import { type CommentFacts, createNotifications, type FollowFacts, type SharedFile } from './index.ts';
import { entriesMax, keptMax } from './notification.ts';
import { notifications as table } from './tables.ts';

/** A small world whose truth the tests change, each time leaving the hint that the real features leave. */
async function world() {
  const clock = manualClock();
  const ids = createIdSource({ nowMs: clock.nowMs });
  const { records, log } = createMemoryStore({ nowMs: clock.nowMs });
  const accounts = new Map<Id, Account>();
  const posts = new Map<Id, Post>();
  const comments = new Map<Id, CommentFacts>();
  const reactions = new Map<string, { kind: ReactionKind; createdAtMs: number }>();
  const follows = new Map<string, FollowFacts>();
  const sharedFiles = new Map<string, SharedFile>();
  const blocks = new Set<string>();
  const mutes = new Set<string>();
  const sources = {
    accounts: {
      get: async (id: Id) => accounts.get(id),
      getMany: async (list: readonly Id[]) => list.map((id) => accounts.get(id)),
    },
    graph: {
      viewer: async (userId: Id) => ({
        userId,
        following: new Set<Id>(),
        blocked: new Set(
          [...accounts.keys()].filter((id) => blocks.has(`${userId} ${id}`) || blocks.has(`${id} ${userId}`)),
        ),
        muted: new Set([...accounts.keys()].filter((id) => mutes.has(`${userId} ${id}`))),
      }),
    },
    posts: {
      get: async (id: Id) => posts.get(id),
      getMany: async (list: readonly Id[]) => list.map((id) => posts.get(id)),
      cardsById: async (list: readonly Id[]) =>
        list.map((id) => {
          const post = posts.get(id);
          if (!post || post.deletedAtMs !== null) return undefined;
          return {
            id,
            authorId: post.authorId,
            feedKey: post.feedKey!,
            visibility: post.visibility,
            body: '',
          };
        }),
      visible: async (viewer: { userId: Id } | null, cards: readonly PostCard[]) =>
        cards.map((card) => card.visibility === 'public' || card.authorId === viewer?.userId),
    },
    reactionOf: async (postId: Id, userId: Id) => reactions.get(`${postId} ${userId}`),
    commentsById: async (list: readonly Id[]) => list.map((id) => comments.get(id)),
    sharedFile: async (nodeId: Id, userId: Id) => sharedFiles.get(`${nodeId} ${userId}`),
    followOf: async (followerId: Id, followeeId: Id) => follows.get(`${followerId} ${followeeId}`),
  };
  const notifications = createNotifications({ records, clock, ids, sources });
  const consumer = await notifications.consume(log);
  const hint = async (kind: string, data: Record<string, string>) => {
    clock.advance(1000);
    await records.commit({ decide: [], hints: [{ kind, key: data.authorId ?? 'key', data }] });
  };
  const settle = () => consumer.caughtUp();
  const person = (username: string): Id => {
    const id = ids.next();
    accounts.set(id, { id, username, displayName: username, state: 'active', avatarUrl: null } as Account);
    return id;
  };
  const postBy = async (authorId: Id, more: Partial<Post> = {}): Promise<Id> => {
    const id = ids.next();
    const times = {
      publishedAtMs: clock.nowMs(),
      createdAtMs: clock.nowMs(),
      editedAtMs: null,
      deletedAtMs: null,
    };
    const post = {
      id,
      feedKey: id,
      authorId,
      text: 'Hello there',
      title: '',
      mentions: [],
      visibility: 'public',
      state: 'published',
      ...times,
      ...more,
    };
    posts.set(id, post as unknown as Post);
    await hint('post.changed', { postId: id, authorId, feedKey: id, what: 'published' });
    return id;
  };
  const react = async (postId: Id, userId: Id, kind: ReactionKind | null = 'like') => {
    if (kind) reactions.set(`${postId} ${userId}`, { kind, createdAtMs: clock.nowMs() });
    else reactions.delete(`${postId} ${userId}`);
    await hint('reaction.changed', { postId, userId, authorId: posts.get(postId)!.authorId });
  };
  const comment = async (postId: Id, userId: Id, more: Partial<CommentFacts> = {}): Promise<Id> => {
    const id = more.id ?? ids.next();
    const before = comments.get(id);
    const fresh = {
      id,
      postId,
      parentId: null,
      authorId: userId,
      text: 'Nice',
      mentions: [],
      createdAtMs: clock.nowMs(),
      deletedAtMs: null,
    };
    comments.set(id, { ...fresh, ...before, ...more });
    await hint('comment.changed', { postId, commentId: id, authorId: posts.get(postId)!.authorId, userId });
    return id;
  };
  const follow = async (followerId: Id, followeeId: Id, facts: Partial<FollowFacts> | null) => {
    const key = `${followerId} ${followeeId}`;
    if (facts) follows.set(key, { state: 'following', wasRequested: false, atMs: clock.nowMs(), ...facts });
    else follows.delete(key);
    await hint('follow.changed', { followerId, followeeId });
  };
  const list = async (userId: Id, limit = 100, cursor?: string) => {
    await settle();
    return notifications.list({ userId, isAdmin: false, credentialId: null }, { limit, cursor });
  };
  const texts = async (userId: Id) => (await list(userId)).items.map(({ text }) => text);
  const read = (userId: Id, upTo: string) =>
    notifications.markRead({ userId, isAdmin: false, credentialId: null }, { upTo });
  return {
    sharedFiles,
    accounts,
    posts,
    comments,
    blocks,
    mutes,
    records,
    log,
    clock,
    ids,
    notifications,
    hint,
    settle,
    person,
    postBy,
    react,
    comment,
    follow,
    list,
    texts,
    read,
    [Symbol.asyncDispose]: () => consumer.close(),
  };
}

test('NOTIF-1 likes of one post form one group, which grows, shrinks and vanishes with the truth', async () => {
  await using w = await world();
  const [me, ann, bob, cid] = ['me', 'ann', 'bob', 'cid'].map(w.person) as [Id, Id, Id, Id];
  const post = await w.postBy(me);
  await w.react(post, ann);
  assert.deepEqual(await w.texts(me), ['ann liked your post']);
  await w.react(post, bob);
  assert.deepEqual(await w.texts(me), ['bob and ann liked your post']);
  await w.react(post, cid, 'love');
  assert.deepEqual(await w.texts(me), ['cid and 2 others reacted to your post']);
  const { items, unread } = await w.list(me);
  assert.equal(unread, 1);
  assert.equal(items[0]!.actorCount, 3);
  assert.deepEqual(items[0]!.post, { id: post, excerpt: 'Hello there' });
  for (const each of [ann, bob, cid]) await w.react(post, each, null);
  const empty = await w.list(me);
  assert.deepEqual([empty.items, empty.unread, empty.nextCursor], [[], 0, null]);
});

test('NOTIF-2 a repeated, late or needless hint does nothing', async () => {
  await using w = await world();
  const [me, ann, bob] = ['me', 'ann', 'bob'].map(w.person) as [Id, Id, Id];
  const post = await w.postBy(me);
  await w.react(post, ann);
  await w.comment(post, bob);
  await w.follow(ann, me, {});
  const before = await w.list(me);
  assert.equal(before.items.length, 3);
  await w.hint('reaction.changed', { postId: post, userId: ann, authorId: me });
  await w.hint('reaction.changed', { postId: post, userId: bob, authorId: me });
  await w.hint('reaction.changed', { postId: 'nothing', userId: bob, authorId: me });
  await w.hint('follow.changed', { followerId: ann, followeeId: me });
  await w.hint('comment.changed', { postId: post, commentId: 'gone', authorId: me, userId: ann });
  for (const entry of await w.log.read(0, 1000))
    await w.hint(entry.kind, entry.data as Record<string, string>);
  assert.deepEqual(await w.list(me), before);
});

test('NOTIF-3 a group that was read stays; the next like begins a new one, and an unlike finds the old one', async () => {
  await using w = await world();
  const [me, ann, bob] = ['me', 'ann', 'bob'].map(w.person) as [Id, Id, Id];
  const post = await w.postBy(me);
  await w.react(post, ann);
  const first = await w.list(me);
  await w.read(me, first.items[0]!.id);
  assert.equal((await w.list(me)).unread, 0);
  await w.react(post, bob);
  const second = await w.list(me);
  assert.deepEqual(
    second.items.map(({ text, read }) => [text, read]),
    [
      ['bob liked your post', false],
      ['ann liked your post', true],
    ],
  );
  await w.react(post, ann, null);
  assert.deepEqual(await w.texts(me), ['bob liked your post']);
  assert.equal((await w.list(me)).unread, 1);
});

test('NOTIF-4 reading up to an id leaves what arrived since unread, even in the same group', async () => {
  await using w = await world();
  const [me, ann, bob] = ['me', 'ann', 'bob'].map(w.person) as [Id, Id, Id];
  const post = await w.postBy(me);
  await w.react(post, ann);
  const seen = await w.list(me);
  await w.react(post, bob);
  await w.settle();
  await w.read(me, seen.items[0]!.id);
  assert.equal((await w.list(me)).unread, 1);
  await w.read(me, 'zzz').then(
    () => assert.fail(),
    (error) => assert.equal(error.code, 'invalid'),
  );
  await w.read(me, '7zzzzzzzzzz');
  assert.equal((await w.list(me)).unread, 0);
  await w.react(await w.postBy(me), bob);
  assert.equal((await w.list(me)).unread, 1, 'an id from the future reads nothing that is to come');
});

test('NOTIF-5 a comment tells each person once: reply before comment before mention', async () => {
  await using w = await world();
  const [me, ann, bob] = ['me', 'ann', 'bob'].map(w.person) as [Id, Id, Id];
  const post = await w.postBy(me);
  const mine = await w.comment(post, bob, { mentions: [me, ann, bob] });
  assert.deepEqual(await w.texts(me), ['bob commented on your post']);
  assert.deepEqual(await w.texts(ann), ['bob mentioned you in a comment']);
  assert.deepEqual(await w.texts(bob), []);
  const reply = await w.comment(post, ann, { parentId: mine, mentions: [bob] });
  assert.deepEqual(await w.texts(bob), ['ann replied to your comment']);
  assert.deepEqual(await w.texts(me), ['ann and bob commented on your post']);
  await w.comment(post, bob, { id: mine, mentions: [me] });
  assert.deepEqual(await w.texts(ann), [], 'an edit that drops a name takes the notification away');
  await w.comment(post, ann, { id: reply, deletedAtMs: w.clock.nowMs() });
  assert.deepEqual(await w.texts(bob), []);
  assert.deepEqual(await w.texts(me), ['bob commented on your post']);
});

test('NOTIF-6 mentions in a post follow its edits and what the reader may see', async () => {
  await using w = await world();
  const [me, ann, bob] = ['me', 'ann', 'bob'].map(w.person) as [Id, Id, Id];
  const post = await w.postBy(ann, { mentions: [me, bob, ann] });
  assert.deepEqual(await w.texts(me), ['ann mentioned you in a post']);
  assert.deepEqual(await w.texts(ann), []);
  const edit = async (change: Partial<Post>, what: string) => {
    w.posts.set(post, { ...w.posts.get(post)!, ...change });
    await w.hint('post.changed', { postId: post, authorId: ann, feedKey: post, what });
  };
  await edit({ mentions: [bob], editedAtMs: w.clock.nowMs() }, 'edited');
  assert.deepEqual(await w.texts(me), []);
  assert.deepEqual(await w.texts(bob), ['ann mentioned you in a post']);
  await w.comment(post, me, { mentions: [bob] });
  assert.deepEqual(await w.texts(bob), ['me and ann mentioned you']);
  await edit({ visibility: 'only-me' }, 'visibility');
  assert.deepEqual(await w.texts(bob), []);
  await w.postBy(ann, { mentions: [me], visibility: 'only-me' });
  assert.deepEqual(await w.texts(me), []);
});

test('NOTIF-7 follow, request, acceptance', async () => {
  await using w = await world();
  const [me, ann, bob] = ['me', 'ann', 'bob'].map(w.person) as [Id, Id, Id];
  await w.follow(ann, me, {});
  await w.follow(bob, me, {});
  assert.deepEqual(await w.texts(me), ['bob and ann followed you']);
  await w.follow(bob, me, null);
  assert.deepEqual(await w.texts(me), ['ann followed you']);
  await w.follow(me, bob, { state: 'requested' });
  assert.deepEqual(await w.texts(bob), ['me asked to follow you']);
  await w.follow(me, bob, { state: 'following', wasRequested: true });
  assert.deepEqual(await w.texts(bob), []);
  assert.deepEqual(await w.texts(me), ['bob accepted your request to follow', 'ann followed you']);
});

test('NOTIF-8 nothing from blocked, muted or absent people, and nothing about oneself', async () => {
  await using w = await world();
  const [me, ann, bob, cid] = ['me', 'ann', 'bob', 'cid'].map(w.person) as [Id, Id, Id, Id];
  const post = await w.postBy(me);
  for (const each of [me, ann, bob, cid]) await w.react(post, each);
  assert.deepEqual(await w.texts(me), ['cid and 2 others liked your post']);
  w.blocks.add(`${ann} ${me}`);
  await w.hint('block.changed', { blockerId: ann, blockedId: me });
  assert.deepEqual(await w.texts(me), ['cid and bob liked your post']);
  w.mutes.add(`${me} ${bob}`);
  await w.hint('mute.changed', { muterId: me, mutedId: bob });
  assert.deepEqual(await w.texts(me), ['cid liked your post']);
  await w.comment(post, ann);
  await w.comment(post, bob);
  assert.deepEqual(await w.texts(me), ['cid liked your post']);
  w.accounts.set(cid, { ...w.accounts.get(cid)!, state: 'deactivated' });
  const page = await w.list(me);
  assert.deepEqual([page.items.length, page.unread], [0, 0], 'unread agrees with what is shown');
});

test('NOTIF-9 a deleted post takes its notifications along', async () => {
  await using w = await world();
  const [me, ann, bob] = ['me', 'ann', 'bob'].map(w.person) as [Id, Id, Id];
  const post = await w.postBy(me, { mentions: [bob] });
  await w.react(post, ann);
  const comment = await w.comment(post, ann);
  await w.comment(post, bob, { parentId: comment });
  assert.equal((await w.list(me)).unread, 2);
  w.posts.set(post, { ...w.posts.get(post)!, deletedAtMs: w.clock.nowMs() });
  await w.hint('post.changed', { postId: post, authorId: me, feedKey: post, what: 'deleted' });
  for (const each of [me, ann, bob]) {
    const { items, unread } = await w.list(each);
    assert.deepEqual([items, unread], [[], 0]);
  }
});

test('NOTIF-10 pages are full, neither skip nor repeat, and the list keeps a bounded number', async () => {
  await using w = await world();
  const [me, ann] = ['me', 'ann'].map(w.person) as [Id, Id];
  for (let i = 0; i < keptMax + 30; i++) await w.react(await w.postBy(me), ann);
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await w.list(me, 97, cursor);
    if (page.nextCursor) assert.equal(page.items.length, 97);
    assert.equal(page.unread, keptMax);
    seen.push(...page.items.map(({ id }) => id));
    cursor = page.nextCursor ?? undefined;
  } while (cursor);
  assert.equal(seen.length, keptMax);
  assert.equal(new Set(seen).size, keptMax);
  assert.deepEqual(seen, seen.toSorted().reverse());
  const { items } = await w.list(me);
  for (const entry of (await w.log.read(0, 1000)).slice(0, 40))
    await w.hint(entry.kind, entry.data as Record<string, string>);
  assert.deepEqual((await w.list(me)).items, items, 'what was pushed out does not come back');
});

test('NOTIF-11 a group counts to its bound and then says that there are more', async () => {
  await using w = await world();
  const me = w.person('me');
  const post = await w.postBy(me);
  for (let i = 0; i < entriesMax + 5; i++) await w.react(post, w.person(`p${i}`));
  const { items } = await w.list(me);
  assert.equal(items[0]!.actorCount, entriesMax);
  assert.match(items[0]!.text, /^p199 and 199 or more others liked your post$/);
});

test('NOTIF-12 the list of an erased account is erased', async () => {
  await using w = await world();
  const [me, ann] = ['me', 'ann'].map(w.person) as [Id, Id];
  for (let i = 0; i < 30; i++) await w.react(await w.postBy(me), ann);
  assert.equal((await w.list(me)).unread, 30);
  w.accounts.set(me, { ...w.accounts.get(me)!, state: 'deleted' });
  await w.hint('account.changed', { userId: me, what: 'state' });
  await w.settle();
  assert.deepEqual(await w.records.list(table, [me], { limit: 10 }), []);
});

test('NOTIF-14 what is shared is told, and no longer when it ends or is hidden', async () => {
  await using w = await world();
  const [me, ann] = ['me', 'ann'].map(w.person) as [Id, Id];
  const nodeId = w.ids.next();
  const share = () => w.hint('share.changed', { driveId: ann, nodeId, userId: me });
  w.sharedFiles.set(`${nodeId} ${me}`, { ownerId: ann, name: 'Photos', kind: 'folder', atMs: 1 });
  await share();
  await w.settle();
  const { items } = await w.list(me);
  assert.equal(items[0]!.text, 'ann shared “Photos” with you');
  assert.deepEqual(items[0]!.file, { id: nodeId, name: 'Photos', kind: 'folder' });
  w.sharedFiles.clear();
  assert.deepEqual((await w.list(me)).items, []);
  await share();
  await w.settle();
  assert.equal((await w.list(me)).unread, 0);
});
