import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createIdSource, type Id } from '../../lib/ids.ts';
import { manualClock } from '../../ports/clock/clock.ts';
import { createMemoryStore } from '../../ports/records/memory-store.ts';
import { memorySearch } from '../../ports/search/memory-search.ts';
import { SearchError, type SearchIndex } from '../../ports/search/search.ts';
import type { Account } from '../accounts/index.ts';
import type { Post, PostCounts } from '../posts/index.ts';
import { createSearch } from './index.ts';

/** A small world whose truth the tests change, each time leaving the hint that the real features leave. */
async function world({
  index = memorySearch({ rankedMax: 20 }),
  consume = true,
}: {
  index?: SearchIndex;
  consume?: boolean;
} = {}) {
  const clock = manualClock();
  const ids = createIdSource({ nowMs: clock.nowMs });
  const { records, log } = createMemoryStore({ nowMs: clock.nowMs });
  const accounts = new Map<Id, Account>();
  const posts = new Map<Id, Post>();
  const counts = new Map<Id, PostCounts>();
  const followers = new Map<Id, number>();
  const following = new Map<Id, Set<Id>>();
  const blocked = new Map<Id, Set<Id>>();
  const none = { likes: 0, comments: 0, reactions: {} };
  const isLive = (post: Post | undefined) => post?.deletedAtMs === null && post.state === 'published';
  const pages =
    <Item>(items: () => Item[]) =>
    async (cursor: string | undefined) => {
      const from = Number(cursor ?? 0);
      const all = items();
      const next = from + 7 < all.length ? String(from + 7) : undefined;
      return { items: all.slice(from, from + 7), next };
    };
  const search = createSearch({
    index,
    clock,
    log,
    accounts: {
      get: async (id) => accounts.get(id),
      getMany: async (list) => list.map((id) => accounts.get(id)),
      findByUsername: async (name) => [...accounts.values()].find(({ username }) => username === name),
    },
    graph: {
      viewer: async (userId) => ({
        userId,
        following: following.get(userId) ?? new Set(),
        blocked: blocked.get(userId) ?? new Set(),
        muted: new Set(),
      }),
      followCounts: async (list) => list.map((id) => ({ followers: followers.get(id) ?? 0 })),
    },
    posts: {
      getMany: async (list) => list.map((id) => posts.get(id)),
      listByAuthor: async (authorId, { before, limit }) =>
        [...posts.values()]
          .filter((post) => post.authorId === authorId && isLive(post) && (!before || post.feedKey! < before))
          .sort((a, b) => (a.feedKey! < b.feedKey! ? 1 : -1))
          .slice(0, limit)
          .map(({ id, feedKey }) => ({ postId: id, feedKey: feedKey! })),
      cardsById: async (list) =>
        list.map((id) => {
          const post = posts.get(id);
          if (!post || !isLive(post)) return undefined;
          const { authorId, visibility, text } = post;
          return { id, authorId, feedKey: post.feedKey!, visibility, body: text };
        }),
      visible: async (viewer, cards) =>
        cards.map(({ authorId, visibility }) => {
          const author = accounts.get(authorId)!;
          if (authorId === viewer!.userId) return true;
          if (author.state !== 'active' || viewer!.blocked.has(authorId) || visibility === 'only-me')
            return false;
          return (visibility === 'public' && !author.isPrivate) || viewer!.following.has(authorId);
        }),
      present: async (_viewer, cards) => cards.map(({ id }) => JSON.stringify(id)),
      counts: async (list) => list.map((id) => counts.get(id) ?? none),
    },
    presentUsers: async (_viewer, list) => list.map(({ username }) => ({ username })),
    scanPosts: pages(() => [...posts.values()]),
    scanAccounts: pages(() => [...accounts.values()]),
    checkEveryMs: 5,
  });
  const consumer = consume ? await search.consume() : undefined;
  await search.idle();
  const hint = async (kind: string, data: Record<string, string>) => {
    clock.advance(1000);
    await records.commit({ decide: [], hints: [{ kind, key: 'key', data }] });
  };
  const person = async (username: string, more: Partial<Account> = {}): Promise<Id> => {
    const id = ids.next();
    const account = { id, username, displayName: username, state: 'active', isPrivate: false, ...more };
    accounts.set(id, account as Account);
    await hint('account.changed', { userId: id, what: 'created' });
    return id;
  };
  const changePerson = async (id: Id, change: Partial<Account>, what: string) => {
    accounts.set(id, { ...accounts.get(id)!, ...change });
    await hint('account.changed', { userId: id, what });
  };
  const postBy = async (authorId: Id, text: string, more: Partial<Post> = {}): Promise<Id> => {
    const id = ids.next();
    const post = {
      id,
      authorId,
      feedKey: id,
      text,
      title: '',
      description: '',
      hashtags: [],
      visibility: 'public',
      state: 'published',
      deletedAtMs: null,
      ...more,
    };
    posts.set(id, post as unknown as Post);
    await hint('post.changed', { postId: id, authorId, feedKey: id, what: 'published' });
    return id;
  };
  const changePost = async (id: Id, change: Partial<Post>, what = 'edited') => {
    const post = { ...posts.get(id)!, ...change };
    posts.set(id, post);
    await hint('post.changed', { postId: id, authorId: post.authorId, feedKey: id, what });
  };
  const as = (userId: Id) => ({ userId, isAdmin: false, credentialId: null });
  const find = async (viewer: Id, q: string, limit = 100, cursor?: string) => {
    await consumer?.caughtUp();
    const page = await search.posts(as(viewer), { q, limit, cursor });
    return { ids: page.items.map((item) => JSON.parse(item) as Id), nextCursor: page.nextCursor };
  };
  const names = async (viewer: Id, q: string) => {
    await consumer?.caughtUp();
    const { items } = await search.users(as(viewer), { q, limit: 100 });
    return items.map((item) => (item as { username: string }).username);
  };
  const tags = async (q: string) => {
    await consumer?.caughtUp();
    return (await search.hashtags({ q, limit: 100 })).items.map(({ hashtag, posts: count }) => [
      hashtag,
      count,
    ]);
  };
  return {
    ...{
      search,
      index,
      clock,
      log,
      records,
      accounts,
      posts,
      counts,
      followers,
      following,
      blocked,
      consumer,
    },
    ...{ hint, person, changePerson, postBy, changePost, find, names, tags, as },
    [Symbol.asyncDispose]: async () => {
      search.close();
      await consumer?.close();
    },
  };
}

test('SEARCH-1 posts are found by what they say as it is now', async () => {
  await using w = await world();
  const ann = await w.person('ann');
  const bob = await w.person('bob');
  const first = await w.postBy(ann, 'Café in Paris', { hashtags: ['travel'] });
  const second = await w.postBy(bob, 'paris again', { title: 'Holiday', description: 'by the Seine' });
  assert.deepEqual((await w.find(bob, 'PARIS')).ids.toSorted(), [first, second]);
  assert.deepEqual((await w.find(bob, 'cafe')).ids, [first]);
  assert.deepEqual((await w.find(bob, '#travel')).ids, [first]);
  assert.deepEqual((await w.find(bob, 'paris @bob')).ids, [second]);
  assert.deepEqual((await w.find(bob, '@nobody paris')).ids, []);
  assert.deepEqual((await w.find(bob, '"the seine" holiday')).ids, [second]);
  assert.deepEqual((await w.find(bob, '"seine the"')).ids, []);
  assert.deepEqual((await w.find(bob, '!?')).ids, []);
  await w.changePost(first, { text: 'Café in Rome', hashtags: [] });
  assert.deepEqual((await w.find(bob, 'paris')).ids, [second]);
  assert.deepEqual((await w.find(bob, '#travel')).ids, []);
  await w.changePost(second, { deletedAtMs: 1 }, 'deleted');
  assert.deepEqual((await w.find(bob, 'paris')).ids, []);
  for (const q of ['', '   ', 'x'.repeat(201)]) await assert.rejects(w.find(bob, q), { code: 'invalid' });
  await assert.rejects(w.find(bob, 'x', 10, 'bm9uc2Vuc2U'), { code: 'invalid' });
});

test('SEARCH-2 nothing is found that the viewer may not see', async () => {
  await using w = await world();
  const [ann, bob, cid] = [await w.person('ann'), await w.person('bob'), await w.person('cid')];
  w.following.set(bob, new Set([ann]));
  const open = await w.postBy(ann, 'tea', { hashtags: ['tea'] });
  const close = await w.postBy(ann, 'tea', { visibility: 'followers', hashtags: ['tea'] });
  const own = await w.postBy(ann, 'tea', { visibility: 'only-me', hashtags: ['tea'] });
  const found = async (viewer: Id) => (await w.find(viewer, 'tea')).ids.toSorted();
  assert.deepEqual(await found(ann), [open, close, own]);
  assert.deepEqual(await found(bob), [open, close]);
  assert.deepEqual(await found(cid), [open]);
  assert.deepEqual(await w.tags('tea'), [['tea', 1]]);
  w.blocked.set(cid, new Set([ann]));
  assert.deepEqual(await found(cid), []);
  assert.deepEqual(await w.names(cid, 'ann'), []);
  await w.changePerson(ann, { isPrivate: true }, 'privacy');
  assert.deepEqual(await found(bob), [open, close]);
  assert.deepEqual(await w.tags('tea'), []);
  await w.changePerson(ann, { isPrivate: false }, 'privacy');
  assert.deepEqual(await w.tags('tea'), [['tea', 1]]);
  await w.changePerson(ann, { state: 'deactivated' }, 'state');
  assert.deepEqual(await found(bob), []);
  assert.deepEqual(await w.names(bob, 'ann'), []);
  assert.deepEqual(await w.tags('tea'), []);
  await w.changePerson(ann, { state: 'active' }, 'state');
  assert.deepEqual(await found(bob), [open, close]);
  assert.deepEqual(await w.names(bob, 'ann'), ['ann']);
});

test('SEARCH-3 pages are full unless the last, and neither skip nor repeat while posts arrive', async () => {
  await using w = await world();
  const [ann, bob] = [await w.person('ann'), await w.person('bob')];
  const visible = new Set<Id>();
  for (let i = 0; i < 110; i++) {
    const id = await w.postBy(ann, 'tea', { visibility: i % 3 ? 'public' : i % 2 ? 'followers' : 'only-me' });
    if (i % 3) visible.add(id);
  }
  const seen: Id[] = [];
  let cursor: string | undefined;
  do {
    const page = await w.find(bob, 'tea', 9, cursor);
    if (page.nextCursor) assert.equal(page.ids.length, 9);
    seen.push(...page.ids);
    cursor = page.nextCursor ?? undefined;
    await w.postBy(ann, 'tea tea');
  } while (cursor);
  assert.deepEqual(seen.toSorted(), [...visible].toSorted());
});

test('SEARCH-4 people are found by handle and name, the most followed first', async () => {
  await using w = await world();
  const [ann] = [
    await w.person('ann'),
    await w.person('annabel'),
    await w.person('bob', { displayName: 'Ann Bób' }),
  ];
  const dora = await w.person('annika');
  w.followers.set(dora, 500);
  await w.hint('follow.changed', { followerId: ann, followeeId: dora });
  assert.deepEqual(await w.names(ann, 'ann'), ['ann', 'annika', 'annabel', 'bob']);
  assert.deepEqual(await w.names(ann, '@ann'), ['ann', 'annika', 'annabel']);
  assert.deepEqual(await w.names(ann, 'bob ann'), ['bob']);
  await w.changePerson(dora, { displayName: 'Dora Maar' }, 'profile');
  assert.deepEqual(await w.names(ann, 'maar'), ['annika']);
});

test('SEARCH-5 hashtags are found by their beginning, with counts; trends need more than one person', async () => {
  await using w = await world();
  const [ann, bob] = [await w.person('ann'), await w.person('bob')];
  await w.postBy(ann, '', { hashtags: ['sea', 'seaside'] });
  await w.postBy(ann, '', { hashtags: ['seaside'] });
  await w.postBy(bob, '', { hashtags: ['seaside', 'été'] });
  assert.deepEqual(await w.tags('#sea'), [
    ['sea', 1],
    ['seaside', 3],
  ]);
  assert.deepEqual(await w.tags('ete'), [['été', 1]]);
  assert.deepEqual(await w.tags('?!'), []);
  assert.deepEqual(
    (await w.search.trending(10)).map(({ hashtag, people }) => [hashtag, people]),
    [['seaside', 2]],
  );
});

test('SEARCH-6 popularity moves a post up', async () => {
  await using w = await world();
  const [ann] = [await w.person('ann')];
  const first = await w.postBy(ann, 'tea');
  const second = await w.postBy(ann, 'tea');
  assert.deepEqual((await w.find(ann, 'tea')).ids, [second, first]);
  w.counts.set(first, { likes: 40, comments: 5, reactions: {} });
  await w.hint('counts.changed', { postId: first, authorId: ann });
  assert.deepEqual((await w.find(ann, 'tea')).ids, [first, second]);
});

test('SEARCH-7 a lost index is built from the truth, while it follows what happens', async () => {
  await using before = await world();
  const ann = await before.person('ann');
  for (let i = 0; i < 30; i++) await before.postBy(ann, `tea ${i}`);
  await before.find(ann, 'tea');
  await before.index.clear();
  assert.deepEqual((await before.find(ann, 'tea')).ids, []);
  const late = await before.postBy(ann, 'tea late');
  const edited = [...before.posts.keys()][3]!;
  const rebuilding = before.search.rebuild();
  await before.changePost(edited, { text: 'coffee' });
  await before.consumer!.caughtUp();
  await rebuilding;
  const { ids } = await before.find(ann, 'tea');
  assert.equal(ids.length, 30);
  assert.ok(ids.includes(late) && !ids.includes(edited));
  assert.deepEqual(await before.names(ann, 'ann'), ['ann']);
  assert.equal((await before.search.state()).isBuilt, true);
});

test('SEARCH-8 an index behind the log reads what it missed before it goes on', async () => {
  const index = memorySearch();
  await using w = await world({ index });
  const ann = await w.person('ann');
  await w.postBy(ann, 'tea');
  await w.find(ann, 'tea');
  await w.consumer!.close();
  const missed = await w.postBy(ann, 'tea later');
  const again = await w.search.consume();
  assert.deepEqual((await w.find(ann, 'later')).ids, [missed]);
  await again.close();
});

test('SEARCH-9 a broken index answers 503 and is emptied and built again', async () => {
  const whole = memorySearch();
  let broken = false;
  const index: SearchIndex = {
    ...whole,
    posts: (query) => (broken ? Promise.reject(new SearchError('broken', 'ruined')) : whole.posts(query)),
    clear: async () => {
      broken = false;
      await whole.clear();
    },
  };
  await using w = await world({ index });
  const ann = await w.person('ann');
  const post = await w.postBy(ann, 'tea');
  assert.deepEqual((await w.find(ann, 'tea')).ids, [post]);
  broken = true;
  await assert.rejects(w.find(ann, 'tea'), { code: 'unavailable' });
  await w.search.idle();
  assert.deepEqual((await w.find(ann, 'tea')).ids, [post]);
});

test('SEARCH-9 an index that is lost while it runs, or away at the start, is looked after', async () => {
  const whole = memorySearch();
  let away = true;
  const index: SearchIndex = {
    ...whole,
    state: async () => {
      if (away) throw new SearchError('unavailable', 'away');
      return whole.state();
    },
  };
  await using w = await world({ index });
  assert.equal((await whole.state()).isBuilt, false);
  const ann = await w.person('ann');
  const post = await w.postBy(ann, 'tea');
  const built = async () => {
    while (!(await whole.state()).isBuilt) await new Promise((resolve) => setTimeout(resolve, 1));
  };
  away = false;
  await built();
  assert.deepEqual((await w.find(ann, 'tea')).ids, [post]);
  await whole.clear();
  await built();
  assert.deepEqual((await w.find(ann, 'tea')).ids, [post]);
});

test('SEARCH-9 a process that only asks rebuilds nothing', async () => {
  const whole = memorySearch();
  let clears = 0;
  const index: SearchIndex = {
    ...whole,
    posts: async () => {
      throw new SearchError('broken', 'ruined');
    },
    clear: async () => {
      clears++;
    },
  };
  await using w = await world({ index, consume: false });
  const ann = await w.person('ann');
  await assert.rejects(
    w.search.posts({ userId: ann, isAdmin: false, credentialId: null }, { q: 'tea', limit: 5 }),
  );
  await w.search.idle();
  assert.equal(clears, 0);
});
