/** What every search index must do. Each implementation's test file calls this once. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { firstIdAt, type Id, idFromNumber, idToNumber } from '../../lib/ids.ts';
import type { PostDocument, PostHit, PostQuery, SearchIndex, UserDocument } from './search.ts';
import { fold, wordsOf } from './text.ts';

export interface ContractOptions {
  /** Ranks at most `rankedMax` posts at once. */
  create: (options: { rankedMax: number }) => Promise<{ index: SearchIndex; dispose: () => Promise<void> }>;
}

export const contractNowMs = Date.UTC(2026, 5, 1);

/** The nth id of that day, so that tests can name times. */
export const idAt = (n: number): Id =>
  idFromNumber(idToNumber(firstIdAt(contractNowMs)) - 1_000_000_000 + n * 4096);

export function postDocument(n: number, more: Partial<PostDocument> = {}): PostDocument {
  return {
    id: idAt(n),
    authorId: idAt(1_000_000 + (n % 7)),
    feedKey: idAt(n),
    audience: 'everyone',
    title: '',
    text: '',
    description: '',
    hashtags: [],
    popularity: 0,
    ...more,
  };
}

export const userDocument = (
  n: number,
  username: string,
  more: Partial<UserDocument> = {},
): UserDocument => ({
  id: idAt(n),
  username,
  displayName: username,
  followers: 0,
  ...more,
});

export const postQuery = (text: string, more: Partial<PostQuery> = {}): PostQuery => ({
  terms: wordsOf(fold(text)),
  hashtags: [],
  viewerId: idAt(9_999_999),
  nowMs: contractNowMs,
  limit: 1000,
  ...more,
});

const idsOf = (hits: readonly { id: Id }[]) => hits.map(({ id }) => id);

export function searchContract(name: string, { create }: ContractOptions): void {
  const each = (title: string, body: (index: SearchIndex) => Promise<void>, rankedMax = 2000) =>
    test(`${name}: ${title}`, async () => {
      const { index, dispose } = await create({ rankedMax });
      try {
        await body(index);
      } finally {
        await dispose();
      }
    });
  const put = (index: SearchIndex, ...posts: PostDocument[]) =>
    index.apply(posts.map((post) => ({ op: 'post', post })));
  const putUsers = (index: SearchIndex, ...users: UserDocument[]) =>
    index.apply(users.map((user) => ({ op: 'user', user })));
  const found = async (index: SearchIndex, text: string, more: Partial<PostQuery> = {}) =>
    idsOf((await index.posts(postQuery(text, more))).hits);

  each('finds posts by words of any field, whatever case and diacritics', async (index) => {
    await put(
      index,
      postDocument(1, { text: 'Crème brûlée for tea' }),
      postDocument(2, { title: 'CREME', text: 'anti-ageing' }),
      postDocument(3, { description: 'a creme coloured house', hashtags: ['straße'] }),
      postDocument(4, { text: 'cremed' }),
    );
    assert.deepEqual((await found(index, 'crème')).toSorted(), [idAt(1), idAt(2), idAt(3)]);
    assert.deepEqual(await found(index, 'Brulee TEA'), [idAt(1)]);
    assert.deepEqual(await found(index, 'strasse'), [idAt(3)]);
    assert.deepEqual(await found(index, 'tea house'), []);
  });

  each('finds languages that are written without spaces', async (index) => {
    await put(
      index,
      postDocument(1, { text: '昨日は東京都に行きました' }),
      postDocument(2, { text: '今天天气很好' }),
      postDocument(3, { text: 'วันนี้อากาศดีมาก' }),
      postDocument(4, { text: '오늘 날씨가 좋아요' }),
      postDocument(5, { text: 'the iPhone東京 shop 京' }),
    );
    assert.deepEqual((await found(index, '東京')).toSorted(), [idAt(1), idAt(5)]);
    assert.deepEqual(await found(index, '京都'), [idAt(1)]);
    assert.deepEqual(await found(index, '天气'), [idAt(2)]);
    assert.deepEqual(await found(index, '好'), [idAt(2)]);
    assert.deepEqual((await found(index, '京')).toSorted(), [idAt(1), idAt(5)]);
    assert.deepEqual(await found(index, 'อากาศ'), [idAt(3)]);
    assert.deepEqual(await found(index, '날씨가'), [idAt(4)]);
    assert.deepEqual(await found(index, 'iphone'), [idAt(5)]);
  });

  each('takes nothing in a query for syntax', async (index) => {
    await put(index, postDocument(1, { text: 'near or and not words title ab' }));
    for (const term of ['near', 'or', 'and', 'not', 'words'])
      assert.deepEqual(await found(index, term), [idAt(1)]);
    for (const term of ['"', 'a*', 'words:ab', '(ab', 'ab" OR "x', "ab' --", '\0', '^ab'])
      await index.posts(postQuery('', { terms: [term] }));
    assert.deepEqual(await found(index, '', { terms: ['ab" OR "near'] }), []);
  });

  each('knows phrases, hashtags and authors', async (index) => {
    const [ann, bob] = [idAt(1_000_001), idAt(1_000_002)];
    await put(
      index,
      postDocument(1, { authorId: ann, text: 'new york pizza', hashtags: ['food'] }),
      postDocument(2, { authorId: bob, text: 'york is new to me', hashtags: ['foodie', 'travel'] }),
    );
    assert.deepEqual(await found(index, '', { terms: ['new york'] }), [idAt(1)]);
    assert.deepEqual(await found(index, '', { hashtags: ['food'] }), [idAt(1)]);
    assert.deepEqual(await found(index, 'foodie'), [idAt(2)], 'a hashtag is a word too');
    assert.deepEqual(await found(index, 'new', { authorId: bob }), [idAt(2)]);
    assert.deepEqual(await found(index, '', { authorId: ann }), [idAt(1)]);
    assert.deepEqual(await found(index, '', { authorId: ann, hashtags: ['travel'] }), []);
  });

  each('applies changes again and again to the same effect', async (index) => {
    const post = postDocument(1, { text: 'first words', hashtags: ['one'] });
    for (let i = 0; i < 3; i++) await put(index, post);
    assert.deepEqual(await found(index, 'words'), [idAt(1)]);
    await put(index, { ...post, text: 'second', hashtags: ['two'] });
    assert.deepEqual(await found(index, 'words'), []);
    assert.deepEqual(await found(index, 'second'), [idAt(1)]);
    assert.deepEqual(await index.hashtags({ prefix: 'one', limit: 5 }), []);
    for (let i = 0; i < 2; i++) await index.apply([{ op: 'remove-post', id: idAt(1) }]);
    assert.deepEqual(await found(index, 'second'), []);
    await index.apply([
      { op: 'popularity', id: idAt(1), popularity: 3 },
      { op: 'remove-user', id: idAt(5) },
    ]);
    assert.deepEqual((await index.state()).posts, 0);
    await put(index, post);
    assert.deepEqual(await found(index, 'words'), [idAt(1)]);
  });

  each('offers a post to its audience, and follows changes of it', async (index) => {
    const author = idAt(1_000_001);
    const post = postDocument(1, { authorId: author, text: 'secret', audience: 'author', hashtags: ['tag'] });
    await put(index, post, postDocument(2, { text: 'secret', audience: 'nobody' }));
    await put(index, postDocument(3, { text: 'secret', audience: 'followers', hashtags: ['tag'] }));
    assert.deepEqual(await found(index, 'secret'), [idAt(3)]);
    assert.deepEqual((await found(index, 'secret', { viewerId: author })).toSorted(), [idAt(1), idAt(3)]);
    assert.deepEqual(
      await index.hashtags({ prefix: 'tag', limit: 5 }),
      [],
      'hashtags count posts for everyone',
    );
    await put(index, { ...post, audience: 'everyone' });
    assert.deepEqual((await found(index, 'secret')).length, 2);
    assert.deepEqual(
      (await index.hashtags({ prefix: 'tag', limit: 5 })).map(({ posts }) => posts),
      [1],
    );
    await put(index, { ...post, audience: 'followers' });
    assert.deepEqual(await index.hashtags({ prefix: 'tag', limit: 5 }), []);
  });

  each('ranks by words, popularity and recency together', async (index) => {
    const now = 200_000;
    await put(
      index,
      postDocument(now, { text: `tea ${'and much more besides of other things '.repeat(10)}` }),
      postDocument(now - 1, { title: 'Tea', text: 'tea' }),
      postDocument(now - 2, { text: 'tea again and other things', popularity: 2 }),
    );
    assert.deepEqual(await found(index, 'tea'), [idAt(now - 1), idAt(now - 2), idAt(now)]);
    await index.apply([{ op: 'popularity', id: idAt(now), popularity: 40 }]);
    assert.equal((await found(index, 'tea'))[0], idAt(now));
  });

  each(
    'pages through everything once, window by window, while posts arrive',
    async (index) => {
      const count = 95;
      for (let n = 1; n <= count; n++)
        await put(index, postDocument(n, { text: `tea ${n % 3 ? '' : 'tea tea'}`, popularity: n % 5 }));
      const seen: Id[] = [];
      let more: Partial<PostQuery> = {};
      for (let page = 0; ; page++) {
        const { hits, window }: { hits: PostHit[]; window: PostQuery['window'] } = await index.posts(
          postQuery('tea', { ...more, limit: 7 }),
        );
        seen.push(...idsOf(hits));
        await put(index, postDocument(1000 + page, { text: 'tea tea tea', popularity: 50 }));
        if (page === 3) await index.apply([{ op: 'remove-post', id: seen.at(-1)! }]);
        const last = hits.at(-1);
        if (hits.length === 7 && last) more = { window, after: last };
        else if (window!.isLast) break;
        else more = { below: window!.floor };
      }
      assert.equal(seen.length, count);
      assert.equal(new Set(seen).size, count);
    },
    20,
  );

  each('finds users by handle and name, handles first, whole first, then the followed', async (index) => {
    await putUsers(
      index,
      userDocument(1, 'ann', { displayName: 'Zoe' }),
      userDocument(2, 'annabel', { displayName: 'Ann Bell', followers: 10 }),
      userDocument(3, 'anna', { displayName: 'Anna Smith', followers: 5000 }),
      userDocument(4, 'bob', { displayName: 'Ann', followers: 3 }),
      userDocument(5, 'cid', { displayName: 'Mary Ann Jones', followers: 900 }),
      userDocument(6, 'dora', { displayName: 'Ánnika', followers: 2 }),
      userDocument(7, 'tanaka', { displayName: '田中太郎' }),
      userDocument(8, 'j_annson', { displayName: 'Jo' }),
    );
    const users = async (text: string, more = {}) =>
      idsOf(await index.users({ words: wordsOf(fold(text)), handleOnly: false, limit: 100, ...more }));
    assert.deepEqual(await users('ann'), [1, 3, 2, 4, 5, 6, 8].map(idAt));
    assert.deepEqual(await users('ann', { handleOnly: true }), [1, 3, 2].map(idAt));
    assert.deepEqual(await users('anna'), [3, 2].map(idAt));
    assert.deepEqual(await users('Anníka'), [idAt(6)]);
    assert.deepEqual(await users('ann jo'), [5, 8].map(idAt));
    assert.deepEqual(await users('smith anna'), [idAt(3)]);
    assert.deepEqual(await users('太郎'), [idAt(7)]);
    assert.deepEqual(await users('田'), [idAt(7)]);
    assert.deepEqual(await users('%'), []);
    await putUsers(index, userDocument(3, 'anna', { displayName: 'Eve' }));
    assert.deepEqual(await users('smith'), []);
    await index.apply([{ op: 'remove-user', id: idAt(2) }]);
    assert.deepEqual(await users('anna'), [idAt(3)]);
  });

  each('pages through users and hashtags without skipping or repeating', async (index) => {
    for (let n = 1; n <= 60; n++) {
      await putUsers(
        index,
        userDocument(n, n % 2 ? `max${n}` : `u${n}`, {
          displayName: n % 5 ? `Maxi ${n}` : 'Max',
          followers: n % 7,
        }),
      );
      await put(index, postDocument(n, { hashtags: [`max${n % 20}`, 'max'] }));
    }
    for (const words of [['m'], ['max'], ['maxi'], ['maxi', '1']]) {
      const whole = await index.users({ words, handleOnly: false, limit: 1000 });
      const paged = [];
      for (let after: (typeof whole)[number] | undefined; ; ) {
        const page = await index.users({ words, handleOnly: false, limit: 7, after });
        paged.push(...page);
        after = page.at(-1);
        if (page.length < 7) break;
      }
      assert.deepEqual(paged, whole, words.join(' '));
      assert.equal(new Set(idsOf(whole)).size, whole.length);
    }
    const whole = await index.hashtags({ prefix: 'max', limit: 1000 });
    assert.deepEqual([whole.length, whole[0]!.hashtag, whole[0]!.posts], [21, 'max', 60]);
    const paged = [];
    for (let after: (typeof whole)[number] | undefined; ; ) {
      const page = await index.hashtags({ prefix: 'max', limit: 4, after });
      paged.push(...page);
      after = page.at(-1);
      if (page.length < 4) break;
    }
    assert.deepEqual(paged, whole);
    assert.deepEqual((await index.hashtags({ prefix: 'max1', limit: 50 })).length, 11);
  });

  each('trends count people, weigh the recent, and forget what was taken back', async (index) => {
    const nowMs = contractNowMs;
    const hour = 3_600_000;
    const at = (hoursAgo: number, n: number) =>
      idFromNumber(idToNumber(firstIdAt(nowMs - hoursAgo * hour)) + n);
    let n = 0;
    const use = (hashtag: string, author: number, hoursAgo: number, more: Partial<PostDocument> = {}) => {
      const id = at(hoursAgo, ++n);
      return postDocument(0, { id, feedKey: id, authorId: idAt(author), hashtags: [hashtag], ...more });
    };
    const posts = [
      ...Array.from({ length: 50 }, () => use('spam', 1, 1)),
      ...[1, 2, 3].map((author) => use('fresh', author, 1)),
      ...[1, 2, 3, 4].map((author) => use('stale', author, 60)),
      ...[1, 2, 3, 4, 5].map((author) => use('old', author, 100)),
      ...[1, 2].map((author) => use('hidden', author, 1, { audience: 'followers' })),
      ...[1, 2].map((author) => use('pair', author, 2)),
    ];
    await put(index, ...posts);
    const trends = async () => (await index.trends({ nowMs, limit: 10 })).map(({ hashtag }) => hashtag);
    assert.deepEqual(await trends(), ['fresh', 'pair', 'stale']);
    assert.equal((await index.trends({ nowMs, limit: 10 }))[0]!.people, 3);
    await index.apply([{ op: 'remove-post', id: posts.at(-1)!.id }]);
    assert.deepEqual(await trends(), ['fresh', 'stale']);
  });

  each('rebuilds beside what serves, keeps what changes meanwhile, and swaps at once', async (index) => {
    assert.deepEqual(await index.state(), {
      isBuilt: false,
      position: 0,
      posts: 0,
      users: 0,
      isRebuilding: false,
    });
    await put(index, postDocument(1, { text: 'old tea' }), postDocument(2, { text: 'old tea' }));
    const rebuild = await index.rebuild();
    await assert.rejects(index.rebuild(), { kind: 'unavailable' });
    assert.equal((await index.state()).isRebuilding, true);
    await index.apply(
      [
        { op: 'post', post: postDocument(1, { text: 'new tea' }) },
        { op: 'remove-post', id: idAt(2) },
        { op: 'popularity', id: idAt(3), popularity: 1 },
      ],
      41,
    );
    await rebuild.add([
      { op: 'post', post: postDocument(1, { text: 'old tea' }) },
      { op: 'post', post: postDocument(2, { text: 'old tea' }) },
      { op: 'post', post: postDocument(3, { text: 'old tea' }) },
      { op: 'user', user: userDocument(4, 'ann') },
    ]);
    assert.deepEqual(await found(index, 'tea'), [idAt(1)], 'the old one serves until the new one is whole');
    await rebuild.finish();
    assert.deepEqual((await found(index, 'tea')).toSorted(), [idAt(1), idAt(3)]);
    assert.deepEqual(await found(index, 'old'), [idAt(3)]);
    assert.deepEqual(await index.state(), {
      isBuilt: true,
      position: 41,
      posts: 2,
      users: 1,
      isRebuilding: false,
    });
    const other = await index.rebuild();
    await other.add([{ op: 'post', post: postDocument(9, { text: 'tea' }) }]);
    await other.abort();
    assert.equal((await found(index, 'tea')).length, 2);
    await put(index, postDocument(5, { text: 'tea' }));
    await index.clear();
    assert.deepEqual(await found(index, 'tea'), []);
    assert.equal((await index.state()).isBuilt, false);
  });
}
