import { createIdSource, type Id } from '../../lib/ids.ts';
import type { Principal } from '../../lib/principal.ts';
import { memoryCache } from '../../ports/cache/memory-cache.ts';
import { manualClock } from '../../ports/clock/clock.ts';
import { createMemoryStore } from '../../ports/records/memory-store.ts';
import type { Account } from '../accounts/index.ts';
import type { ViewerGraph } from '../graph/index.ts';
import { createPosts, type PostsDeps, type ReactionsOf } from './index.ts';

export const noReactions: ReactionsOf = async (_, postIds) => postIds.map(() => null);

/** People and relations that tests change as they like, and posts on an in-memory store. */
export function postWorld({ reactionsOf }: { reactionsOf?: ReactionsOf } = {}) {
  const clock = manualClock();
  const ids = createIdSource({ nowMs: clock.nowMs });
  const { records, log } = createMemoryStore({ nowMs: clock.nowMs });
  const people = new Map<Id, Account>();
  const follows = new Set<string>();
  const blocks = new Set<string>();
  const accounts: PostsDeps['accounts'] = {
    get: async (id) => people.get(id),
    getMany: async (wanted) => wanted.map((id) => people.get(id)),
    findByUsername: async (name) =>
      [...people.values()].find(({ username, state }) => username === name && state === 'active'),
    resolve: async (reference) =>
      [...people.values()].find(
        ({ id, username, state }) => state === 'active' && (id === reference || `@${username}` === reference),
      ),
  };
  const graph = {
    viewer: async (userId: Id): Promise<ViewerGraph> => ({
      userId,
      following: new Set([...people.keys()].filter((id) => follows.has(`${userId} ${id}`))),
      blocked: new Set(
        [...people.keys()].filter((id) => blocks.has(`${userId} ${id}`) || blocks.has(`${id} ${userId}`)),
      ),
      muted: new Set(),
    }),
  };
  const deps: PostsDeps = {
    records,
    log,
    cache: memoryCache({ charactersMax: 1_000_000 }),
    clock,
    ids,
    accounts,
    graph,
    reactionsOf: reactionsOf ?? noReactions,
  };

  /** Registers somebody; the answer is how they ask. */
  const join = (username: string, more: Partial<Account> = {}): Principal => {
    const id = ids.next();
    const account = {
      id,
      username,
      displayName: username,
      avatarUrl: null,
      isPrivate: false,
      isAdmin: false,
    };
    people.set(id, { ...account, state: 'active', ...more } as Account);
    return { userId: id, isAdmin: more.isAdmin ?? false, credentialId: null };
  };
  const alter = ({ userId }: Principal, more: Partial<Account>) => {
    people.set(userId, { ...people.get(userId)!, ...more });
  };
  const follow = (a: Principal, b: Principal) => follows.add(`${a.userId} ${b.userId}`);
  const unfollow = (a: Principal, b: Principal) => follows.delete(`${a.userId} ${b.userId}`);
  const block = (a: Principal, b: Principal) => blocks.add(`${a.userId} ${b.userId}`);
  return { ...deps, clock, deps, people, posts: createPosts(deps), join, alter, follow, unfollow, block };
}

export type PostWorld = ReturnType<typeof postWorld>;

/** Waits, without a time of its own, until the log's hints have had their effect. */
export async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setImmediate(resolve));
}
