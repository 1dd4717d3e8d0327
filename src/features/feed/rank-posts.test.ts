import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Candidate, rankPosts, reasonOf, scoreOf } from './rank-posts.ts';
import { noAffinity, noPostSignals } from './signals.ts';

const hourMs = 3_600_000;
const plain: Candidate = {
  authorId: 'ann',
  ageMs: hourMs,
  isOwn: false,
  likes: 0,
  comments: 0,
  post: noPostSignals,
  affinity: noAffinity,
};
const seen = { ...noPostSignals, views: 100 };

describe('what ranks above what', () => {
  const cases: [string, Partial<Candidate>, Partial<Candidate>][] = [
    ['newer above older', { ageMs: hourMs }, { ageMs: 5 * hourMs }],
    ['somebody one talks with', { affinity: { ...noAffinity, conversations: 5 } }, {}],
    ['somebody whose posts one likes', { affinity: { ...noAffinity, likes: 10 } }, {}],
    ['somebody whose profile one visits', { affinity: { ...noAffinity, profileVisits: 5 } }, {}],
    ['somebody whose posts one reads long', { affinity: { ...noAffinity, dwellMs: 600_000 } }, {}],
    [
      'talking above liking',
      { affinity: { ...noAffinity, conversations: 5 } },
      { affinity: { ...noAffinity, likes: 5 } },
    ],
    ['liked above not liked', { post: seen, likes: 20 }, { post: seen }],
    ['a comment above a like', { post: seen, comments: 5 }, { post: seen, likes: 5 }],
    [
      'liked by more of those who saw it',
      { post: seen, likes: 20 },
      { post: { ...seen, views: 1000 }, likes: 20 },
    ],
    [
      'much above little proof',
      { post: { ...seen, views: 100 }, likes: 50 },
      { post: { ...seen, views: 2 }, likes: 1 },
    ],
    ['read for longer', { post: { ...seen, dwellMs: 2_000_000 } }, { post: seen }],
    ['not reported above reported', { likes: 3 }, { likes: 3, post: { ...noPostSignals, reports: 1 } }],
    [
      'a friend’s of this morning above a stranger’s of this minute',
      { ageMs: 6 * hourMs, affinity: { ...noAffinity, conversations: 20, likes: 30 } },
      { ageMs: 0 },
    ],
    [
      'a stranger’s of this minute above a friend’s of last week',
      { ageMs: 0 },
      { ageMs: 170 * hourMs, affinity: { ...noAffinity, conversations: 20, likes: 30 } },
    ],
  ];
  for (const [name, above, below] of cases) {
    it(`FEED-8 ${name}`, () => {
      assert.ok(scoreOf({ ...plain, ...above }) > scoreOf({ ...plain, ...below }));
    });
  }

  it('FEED-8 every further report lowers it, and never below nothing', () => {
    const scores = [0, 1, 2, 10].map((reports) => scoreOf({ ...plain, post: { ...noPostSignals, reports } }));
    assert.deepEqual(
      scores,
      [...scores].sort((a, b) => b - a),
    );
    assert.ok(scores.every((score) => score > 0));
  });

  it('FEED-8 clocks that differ and counts gone wrong do no harm', () => {
    const score = scoreOf({
      ...plain,
      ageMs: -hourMs,
      likes: -3,
      post: { views: -100, dwellMs: -1, reports: -2 },
    });
    assert.ok(Number.isFinite(score) && score >= 0);
  });
});

describe('the order as a whole', () => {
  it('FEED-8 is a permutation, and the same for the same candidates', () => {
    const candidates = Array.from({ length: 50 }, (_, i) => ({
      ...plain,
      authorId: `author ${i % 7}`,
      ageMs: ((i * 37) % 50) * hourMs,
      likes: (i * 13) % 11,
    }));
    const ranked = rankPosts(candidates);
    assert.deepEqual(
      ranked.map(({ index }) => index).sort((a, b) => a - b),
      [...candidates.keys()],
    );
    assert.deepEqual(rankPosts(candidates), ranked);
  });

  it('FEED-8 one author does not fill the page', () => {
    const loud = Array.from({ length: 10 }, () => ({ ...plain, authorId: 'loud', ageMs: 0 }));
    const others = ['ann', 'bob', 'cho'].map((authorId) => ({ ...plain, authorId, ageMs: 2 * hourMs }));
    const first = rankPosts([...loud, ...others]).slice(0, 6);
    const authors = new Set(first.map(({ index }) => [...loud, ...others][index]!.authorId));
    assert.deepEqual(authors, new Set(['loud', 'ann', 'bob', 'cho']));
  });

  it('FEED-8 equals stay newest first', () => {
    const equal = ['ann', 'bob', 'cho'].map((authorId) => ({ ...plain, authorId }));
    assert.deepEqual(
      rankPosts(equal).map(({ index }) => index),
      [0, 1, 2],
    );
  });
});

describe('the reason given', () => {
  const old = { ageMs: 100 * hourMs };
  const cases: [string | undefined, Partial<Candidate>][] = [
    ['conversation', { affinity: { ...noAffinity, conversations: 8 } }],
    ['often-liked', { ...old, affinity: { ...noAffinity, likes: 20 } }],
    ['often-visited', { ...old, affinity: { ...noAffinity, profileVisits: 20 } }],
    ['popular-with-others', { ...old, post: seen, likes: 40 }],
    ['much-read', { ...old, post: { ...seen, dwellMs: 5_000_000 } }],
    ['recent', { ageMs: 0 }],
    [undefined, old],
    [undefined, { isOwn: true, ageMs: 0 }],
  ];
  for (const [reason, candidate] of cases) {
    it(`FEED-8 ${reason ?? `none (${candidate.isOwn ? 'one’s own' : 'nothing stands out'})`}`, () => {
      assert.equal(reasonOf({ ...plain, ...candidate }), reason);
    });
  }
});
