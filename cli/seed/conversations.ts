import type { Chance } from './chance.ts';
import type { Action, PostAction } from './timeline.ts';

const hourMs = 3_600_000;
/** The means over a whole world: enough life in every feed without drowning the posts. */
const reactionsMean = 2.5;
const commentsMean = 0.8;
const commentsMaxOfOnePost = 200;
const answerChance = 0.45;

interface Conversations {
  posts: readonly PostAction[];
  /** Followers by followee. */
  audience: readonly number[][];
  actions: Action[];
  endMs: number;
  chance: Chance;
}

/**
 * Reactions and comments under the posts, as actions. A post's pull grows with its author's audience and a good deal
 * of luck, so that a few posts get most of it. Answers how many comments there are.
 */
export function makeConversations({ posts, audience, actions, endMs, chance }: Conversations): number {
  const pulls = posts.map(({ person, visibility }) =>
    visibility === 'only-me' ? 0 : audience[person]!.length ** 0.7 * chance.logNormal(1, 1.2),
  );
  const meanPull = pulls.reduce((sum, pull) => sum + pull, 0) / Math.max(1, posts.length);
  let comments = 0;
  for (const [index, post] of posts.entries()) {
    const people = audience[post.person]!;
    if (people.length === 0 || pulls[index] === 0) continue;
    const share = pulls[index]! / meanPull;
    addReactions({ post, people, expected: share * reactionsMean, actions, endMs, chance });
    const thread = { post, people, expected: share * commentsMean, actions, endMs, chance };
    comments += addComments(thread, comments);
  }
  return comments;
}

interface Thread {
  post: PostAction;
  people: readonly number[];
  expected: number;
  actions: Action[];
  endMs: number;
  chance: Chance;
}

/** A whole number with that mean. */
const roundByChance = (expected: number, chance: Chance) =>
  Math.floor(expected) + (chance.likely(expected % 1) ? 1 : 0);

function addReactions({ post, people, expected, actions, endMs, chance }: Thread) {
  const wanted = Math.min(people.length, roundByChance(expected, chance));
  const reacted = new Set<number>();
  for (let tries = 0; reacted.size < wanted && tries < wanted * 3; tries++) reacted.add(chance.pick(people));
  for (const person of reacted) {
    const atMs = post.atMs + chance.exponential(6 * hourMs);
    if (atMs < endMs) actions.push({ kind: 'react', atMs, person, post: post.post, fancy: chance.unit() });
  }
}

/** Comments one after another; an answer's parent is an earlier one, and the post's author answers often. */
function addComments(
  { post, people, expected, actions, endMs, chance }: Thread,
  firstComment: number,
): number {
  const wanted = Math.min(commentsMaxOfOnePost, roundByChance(expected, chance));
  let atMs = post.atMs;
  let count = 0;
  while (count < wanted) {
    atMs += chance.exponential((4 * hourMs) / Math.sqrt(wanted));
    if (atMs >= endMs) break;
    const answers = count > 0 && chance.likely(answerChance);
    const parent = answers ? firstComment + chance.below(count) : undefined;
    const person = answers && chance.likely(0.4) ? post.person : chance.pick(people);
    actions.push({ kind: 'comment', atMs, person, post: post.post, comment: firstComment + count, parent });
    count++;
  }
  return count;
}
