import type { Chance } from './chance.ts';
import { makeConversations } from './conversations.ts';
import { type Follow, makeFollows } from './follows.ts';
import { makePeople, type Person } from './people.ts';

/** Something somebody does. People, posts and comments are named by their index in the world. */
export type Action = { atMs: number } & (
  | { kind: 'join'; person: number }
  | { kind: 'follow'; follower: number; followee: number }
  | { kind: 'accept'; follower: number; followee: number }
  | { kind: 'post'; person: number; post: number; mentions: number | undefined; visibility: Visibility }
  | { kind: 'comment'; person: number; post: number; comment: number; parent: number | undefined }
  | { kind: 'react'; person: number; post: number; fancy: number }
);
type Visibility = 'public' | 'followers' | 'only-me';

export interface World {
  people: Person[];
  follows: Follow[];
  /** In order of time. */
  actions: Action[];
  postCount: number;
  commentCount: number;
}

const dayMs = 86_400_000;
const hourMs = 3_600_000;
export const weeksBack = 6;
const joiningMs = 3 * dayMs;
const acceptChance = 0.85;
const mentionChance = 0.08;

/** Everything that happens, from `weeksBack` weeks before `endMs` until then. */
export function makeWorld(size: { users: number; posts: number }, endMs: number, chance: Chance): World {
  const people = makePeople(size.users, chance);
  const follows = makeFollows(people, chance);
  const startMs = endMs - weeksBack * 7 * dayMs;
  const actions: Action[] = people.map(({ index }) => ({
    kind: 'join',
    atMs: startMs + (joiningMs * index) / people.length,
    person: index,
  }));
  addFollows({ people, follows, actions, fromMs: startMs + joiningMs, endMs, chance });
  const audience = people.map(() => [] as number[]);
  for (const { follower, followee } of follows) audience[followee]!.push(follower);
  const posts = makePosts({
    people,
    audience,
    count: size.posts,
    fromMs: startMs + joiningMs,
    endMs,
    chance,
  });
  for (const post of posts) actions.push(post);
  const commentCount = makeConversations({ posts, audience, actions, endMs, chance });
  actions.sort((a, b) => a.atMs - b.atMs);
  return { people, follows, actions, postCount: posts.length, commentCount };
}

interface FollowTimes {
  people: Person[];
  follows: Follow[];
  actions: Action[];
  fromMs: number;
  endMs: number;
  chance: Chance;
}

/** Most follows come early, the rest as time goes by; requests to private people are mostly accepted some hours later. */
function addFollows({ people, follows, actions, fromMs, endMs, chance }: FollowTimes) {
  for (const { follower, followee } of follows) {
    const spanMs = chance.likely(0.7) ? 3 * dayMs : endMs - fromMs;
    const atMs = fromMs + chance.unit() * spanMs;
    actions.push({ kind: 'follow', atMs, follower, followee });
    if (people[followee]!.isPrivate && chance.likely(acceptChance)) {
      const acceptedAtMs = Math.min(endMs, atMs + chance.exponential(5 * hourMs));
      actions.push({ kind: 'accept', atMs: acceptedAtMs, follower, followee });
    }
  }
}

export type PostAction = Extract<Action, { kind: 'post' }>;

interface PostTimes {
  people: Person[];
  audience: number[][];
  count: number;
  fromMs: number;
  endMs: number;
  chance: Chance;
}

function makePosts({ people, audience, count, fromMs, endMs, chance }: PostTimes): PostAction[] {
  // Those with an audience write more: eagerness alone would leave the famous silent.
  const weights = people.map(({ eagerness }, index) => eagerness * Math.log2(2 + audience[index]!.length));
  const authors = weightedPicker(weights, chance);
  const posts = Array.from({ length: count }, (): PostAction => {
    const person = authors();
    const friends = audience[person]!;
    const mentions = friends.length > 0 && chance.likely(mentionChance) ? chance.pick(friends) : undefined;
    const atMs = wakingMoment(fromMs, endMs, people[person]!.hoursAhead, chance);
    const visibility = chance.likely(0.08) ? 'followers' : chance.likely(0.01) ? 'only-me' : 'public';
    return { kind: 'post', atMs, person, post: 0, mentions, visibility };
  });
  posts.sort((a, b) => a.atMs - b.atMs);
  for (const [index, post] of posts.entries()) post.post = index;
  return posts;
}

/** A moment at which somebody in that time zone would write: rarely at night, most in the evening. */
function wakingMoment(fromMs: number, endMs: number, hoursAhead: number, chance: Chance): number {
  for (;;) {
    const atMs = fromMs + chance.unit() * (endMs - fromMs);
    const hour = (atMs / hourMs + hoursAhead) % 24;
    const wakefulness = hour < 6 ? 0.06 : hour < 9 ? 0.5 : hour < 18 ? 0.6 : 1;
    if (chance.likely(wakefulness)) return atMs;
  }
}

function weightedPicker(weights: readonly number[], chance: Chance): () => number {
  const sums = new Float64Array(weights.length);
  let total = 0;
  for (const [index, weight] of weights.entries()) sums[index] = total += weight;
  return () => {
    const wanted = chance.unit() * total;
    let low = 0;
    let high = sums.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sums[middle]! > wanted) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}
