import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { manualClock } from '../../ports/clock/clock.ts';
import {
  contractNowMs,
  idAt,
  postDocument,
  postQuery,
  searchContract,
  userDocument,
} from '../../ports/search/contract.ts';
import { memorySearch } from '../../ports/search/memory-search.ts';
import type { SearchChange } from '../../ports/search/search.ts';
import { openSqliteSearch } from './sqlite-search.ts';

const newDirectory = () => mkdtempSync(join(tmpdir(), 'kith-search-'));

searchContract('sqlite search', {
  create: async ({ rankedMax }) => {
    const directory = newDirectory();
    const index = await openSqliteSearch({ directory, rankedMax });
    return {
      index,
      dispose: async () => {
        await index.close();
        rmSync(directory, { recursive: true });
      },
    };
  },
});

test('sqlite search: keeps everything over a restart, and begins empty where its file was lost or ruined', async () => {
  const directory = newDirectory();
  const post = postDocument(1, { text: 'tea', hashtags: ['tea'] });
  let index = await openSqliteSearch({ directory });
  const rebuild = await index.rebuild();
  await rebuild.add([{ op: 'post', post }]);
  await rebuild.finish();
  await index.apply([], 17);
  await index.close();
  index = await openSqliteSearch({ directory });
  assert.deepEqual(await index.state(), {
    isBuilt: true,
    position: 17,
    posts: 1,
    users: 0,
    isRebuilding: false,
  });
  assert.equal((await index.posts(postQuery('tea'))).hits.length, 1);
  const unfinished = await index.rebuild();
  await unfinished.add([{ op: 'post', post }]);
  await index.close();
  index = await openSqliteSearch({ directory });
  assert.equal((await index.state()).posts, 1, 'a rebuild that was cut off leaves nothing behind');
  assert.equal(readdirSync(directory).filter((name) => name.endsWith('.db')).length, 1);
  await index.close();
  for (const name of readdirSync(directory)) {
    if (name.endsWith('.db')) writeFileSync(join(directory, name), 'ruined '.repeat(1000));
    if (name.endsWith('-wal') || name.endsWith('-shm')) rmSync(join(directory, name));
  }
  index = await openSqliteSearch({ directory });
  assert.deepEqual(await index.state(), {
    isBuilt: false,
    position: 0,
    posts: 0,
    users: 0,
    isRebuilding: false,
  });
  await index.apply([{ op: 'post', post }]);
  assert.equal((await index.posts(postQuery('tea'))).hits.length, 1);
  await index.close();
  rmSync(directory, { recursive: true });
});

test('sqlite search: answers as the index in memory does, whatever happens', async () => {
  const seed = 20_260_601;
  const clock = manualClock(contractNowMs, seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(clock.random() * list.length)]!;
  const words = [
    'tea',
    'café',
    'Cafe',
    'new',
    'york',
    '東京都',
    '京都',
    '京',
    'naïve',
    'x_y',
    'ünder',
    'อากาศดี',
  ];
  const tags = ['tea', 'café', 'cafe', 'teatime', 'te', '東京', 'new_york'];
  const names = ['ann', 'anna', 'annabel', 'an_drew', 'bob', 'bobby'];
  const some = <T>(list: readonly T[], max: number) =>
    Array.from({ length: Math.floor(clock.random() * (max + 1)) }, () => pick(list));
  const change = (): SearchChange => {
    const n = Math.floor(clock.random() * 60);
    const kind = clock.random();
    if (kind < 0.55) {
      const audience = pick(['everyone', 'everyone', 'followers', 'author', 'nobody'] as const);
      const text = some(words, 8).join(' ');
      const more = { title: some(words, 2).join(' '), hashtags: [...new Set(some(tags, 3))], audience, text };
      return { op: 'post', post: postDocument(n, { ...more, popularity: Math.floor(clock.random() * 5) }) };
    }
    if (kind < 0.65) return { op: 'remove-post', id: idAt(n) };
    if (kind < 0.7) return { op: 'popularity', id: idAt(n), popularity: Math.floor(clock.random() * 9) };
    if (kind < 0.75) return { op: 'remove-user', id: idAt(n) };
    const displayName = some(['Ann', 'Änne', 'Bell', 'Bob', '田中太郎', 'Anna Bell'], 3).join(' ');
    const username = `${pick(names)}${n}`;
    return {
      op: 'user',
      user: userDocument(n, username, { displayName, followers: Math.floor(clock.random() * 99) }),
    };
  };
  const directory = newDirectory();
  const rankedMax = 10;
  const [ours, theirs] = [await openSqliteSearch({ directory, rankedMax }), memorySearch({ rankedMax })];
  for (let round = 0; round < 25; round++) {
    const changes = Array.from({ length: 20 }, change);
    await Promise.all([ours.apply(changes, round), theirs.apply(changes, round)]);
    const context = `seed ${seed}, round ${round}`;
    for (const text of ['tea', 'cafe', 'new york', '京都', '京', 'tea café', 'x_y', 'อากาศ']) {
      const query = postQuery(text, { viewerId: idAt(1_000_003), limit: 5 });
      // Which posts are candidates differs where some are hidden; the whole must not.
      const whole = async (index: typeof ours) => {
        const ids: string[] = [];
        for (let more = {}; ; ) {
          const { hits, window } = await index.posts({ ...query, ...more, limit: 50 });
          ids.push(...hits.map(({ id }) => id));
          if (window.isLast) return ids.toSorted();
          more = { below: window.floor };
        }
      };
      assert.deepEqual(await whole(ours), await whole(theirs), `${context}: ${text}`);
    }
    for (const prefix of ['t', 'te', 'tea', 'teat', 'cafe', '東']) {
      const query = { prefix, limit: 50 };
      assert.deepEqual(await ours.hashtags(query), await theirs.hashtags(query), `${context}: #${prefix}`);
    }
    for (const query of [
      ['a'],
      ['an'],
      ['ann'],
      ['anna'],
      ['bell'],
      ['ann', 'be'],
      ['太郎'],
      ['ann', 'anna'],
    ]) {
      const users = { words: query, handleOnly: false, limit: 100 };
      assert.deepEqual(await ours.users(users), await theirs.users(users), `${context}: ${query}`);
    }
    const options = { nowMs: contractNowMs, limit: 20 };
    assert.deepEqual(await ours.trends(options), await theirs.trends(options), context);
  }
  await ours.close();
  rmSync(directory, { recursive: true });
});
