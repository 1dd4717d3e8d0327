import type { Chance } from './chance.ts';
import type { Person } from './people.ts';

export interface Follow {
  follower: number;
  followee: number;
}

const followsMedian = 18;
const followsMostOfAll = 600;
/** Of one's follows: the share inside one's community; of the rest, most go to the well known. */
const insideShare = 0.6;
/** Nobody's fame counts for more than this share of the people. */
const fameShareMax = 0.2;
const followBackChance = 0.35;

/**
 * Who follows whom, by preferential attachment: whoever has followers gets more. Each pool holds every person in
 * proportion to their fame, and once more for each follow received, so that a uniform pick from it is the rule.
 */
export function makeFollows(people: readonly Person[], chance: Chance): Follow[] {
  const everybody: number[] = [];
  const communities = new Map<number, number[]>();
  for (const { index, community, fame } of people) {
    const pool = communities.get(community) ?? [];
    communities.set(community, pool);
    pool.push(index);
    for (let tickets = Math.max(1, Math.min(fame, people.length * fameShareMax)); tickets >= 1; tickets--)
      everybody.push(index);
  }
  const following = people.map(() => new Set<number>());
  const follows: Follow[] = [];
  const follow = (follower: number, followee: number) => {
    if (follower === followee || following[follower]!.has(followee)) return false;
    following[follower]!.add(followee);
    follows.push({ follower, followee });
    everybody.push(followee);
    communities.get(people[followee]!.community)!.push(followee);
    return true;
  };
  for (const person of shuffled(people, chance)) {
    const pool = communities.get(person.community)!;
    const wanted = Math.min(followsMostOfAll, people.length - 1, chance.logNormal(followsMedian, 0.8));
    for (let tries = 0; tries < wanted; tries++) {
      const target = chance.pick(chance.likely(insideShare) ? pool : everybody);
      const followed = follow(person.index, target);
      const near = people[target]!.community === person.community;
      if (followed && near && chance.likely(followBackChance)) follow(target, person.index);
    }
  }
  return follows;
}

function shuffled<Item>(items: readonly Item[], chance: Chance): Item[] {
  const order = [...items];
  for (let i = order.length - 1; i > 0; i--) {
    const j = chance.below(i + 1);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}
