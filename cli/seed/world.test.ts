import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hashtagsIn, mentionsIn } from '../../src/lib/text.ts';
import { manualClock } from '../../src/ports/clock/clock.ts';
import { createChance } from './chance.ts';
import { languages } from './languages/all.ts';
import { topics } from './languages/language.ts';
import { writeComment, writePost } from './phrases.ts';
import { makeWorld } from './timeline.ts';

const endMs = Date.UTC(2026, 9, 1);
const chanceOf = (seed: number) => createChance(manualClock(0, seed).random);
const world = (seed: number) => makeWorld({ users: 300, posts: 1000 }, endMs, chanceOf(seed));

test('the same seed makes the same world, another seed another', () => {
  assert.deepEqual(world(4), world(4));
  assert.notDeepEqual(world(4), world(5));
});

test('everything builds only on what happened before it, in order of time', () => {
  const { actions, people, postCount, commentCount } = world(1);
  const joined = new Set<number>();
  const posted = new Set<number>();
  const commented = new Set<number>();
  let lastMs = 0;
  for (const action of actions) {
    assert.ok(action.atMs >= lastMs && action.atMs <= endMs);
    lastMs = action.atMs;
    if (action.kind === 'join') joined.add(action.person);
    else if (action.kind === 'follow') assert.ok(joined.has(action.follower) && joined.has(action.followee));
    else if (action.kind === 'post') posted.add(action.post);
    else if (action.kind === 'react') assert.ok(posted.has(action.post));
    else if (action.kind === 'comment') {
      assert.ok(posted.has(action.post));
      assert.ok(action.parent === undefined || commented.has(action.parent));
      commented.add(action.comment);
    }
  }
  assert.deepEqual([joined.size, posted.size, commented.size], [people.length, postCount, commentCount]);
});

test('a few people have very many followers, most have few', () => {
  const { follows, people } = world(2);
  const followers = people.map(() => 0);
  for (const { followee } of follows) followers[followee]!++;
  followers.sort((a, b) => b - a);
  const median = followers[followers.length >> 1]!;
  assert.ok(followers[0]! > 4 * median, `${followers[0]} at most, ${median} in the middle`);
});

test('every username is allowed and taken once', () => {
  const names = world(3).people.map(({ username }) => username);
  assert.equal(new Set(names).size, names.length);
  for (const name of names) assert.match(name, /^[a-z0-9_]{3,30}$/);
});

test('hashtags and mentions in every language are found by the same rules as people’s own', () => {
  const chance = chanceOf(1);
  const { people } = world(1);
  for (const [name, language] of Object.entries(languages)) {
    const author = { ...people[0]!, language: name as keyof typeof languages };
    for (const topic of topics) {
      for (const tag of language.hashtags[topic]) assert.deepEqual(hashtagsIn(`#${tag}`, 5), [tag], name);
    }
    for (const company of language.company) {
      assert.deepEqual(mentionsIn(`x ${company.replace('@', '@yuma_sato')}`, 5), ['yuma_sato'], company);
    }
    const { text } = writePost(author, 'yuma_sato', chance);
    assert.ok(text.length > 10 && !/[[\]|]/.test(text), text);
    assert.ok(!/[[\]|]/.test(writeComment(author, true, chance)));
  }
});
