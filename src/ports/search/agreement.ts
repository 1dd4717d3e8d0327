/** That an index finds what the one in memory finds, after any changes. Test files call this beside the contract. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { manualClock } from '../clock/clock.ts';
import {
  type ContractOptions,
  contractNowMs,
  idAt,
  postDocument,
  postQuery,
  userDocument,
} from './contract.ts';
import { memorySearch } from './memory-search.ts';
import type { SearchChange } from './search.ts';

export function searchAgreement(
  name: string,
  { create, rounds = 25 }: ContractOptions & { rounds?: number },
): void {
  test(`${name}: answers as the index in memory does, whatever happens`, async () => {
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
        const more = {
          title: some(words, 2).join(' '),
          hashtags: [...new Set(some(tags, 3))],
          audience,
          text,
        };
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
    const rankedMax = 10;
    const { index: ours, dispose } = await create({ rankedMax });
    const theirs = memorySearch({ rankedMax });
    for (let round = 0; round < rounds; round++) {
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
    await dispose();
  });
}
