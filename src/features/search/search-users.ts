import { decodeCursor, encodeCursor } from '../../lib/cursors.ts';
import { fillPage } from '../../lib/filtered-page.ts';
import { isId } from '../../lib/ids.ts';
import type { Principal } from '../../lib/principal.ts';
import { invalid } from '../../lib/refusal.ts';
import { hitsMax, type UserPlace } from '../../ports/search/search.ts';
import type { Account } from '../accounts/index.ts';
import type { SearchDeps } from './context.ts';
import { parseQuery } from './parse-query.ts';

const cursorKind = 'search-users';

/** People by handle and name, those left out who are not active or blocked either way. */
export async function searchUsers(
  deps: SearchDeps,
  principal: Principal,
  { q, limit, cursor }: { q: string; limit: number; cursor?: string | undefined },
): Promise<{ items: object[]; nextCursor: string | null }> {
  const [from] = decodeCursor(cursorKind, cursor, 1) ?? [];
  if (from !== undefined) placeOf(from);
  const { terms, hashtags, handles } = parseQuery(q);
  const words = [...handles, ...terms.flatMap((term) => term.split(' ')), ...hashtags];
  const handleOnly = handles.length === 1 && words.length === 1;
  const { blocked } = await deps.graph.viewer(principal.userId);
  const page = await fillPage<UserPlace, Account>({
    limit,
    from,
    read: (key, count) =>
      deps.index.users({
        words,
        handleOnly,
        after: key === undefined ? undefined : placeOf(key),
        limit: Math.min(count, hitsMax),
      }),
    show: async (places) => {
      const accounts = await deps.accounts.getMany(places.map(({ id }) => id));
      return accounts.map((account) =>
        account?.state === 'active' && !blocked.has(account.id) ? account : undefined,
      );
    },
    keyOf: ({ rank, id }) => `${rank} ${id}`,
  });
  return {
    items: await deps.presentUsers(principal.userId, page.items),
    nextCursor: page.next === null ? null : encodeCursor(cursorKind, [page.next]),
  };
}

function placeOf(key: string): UserPlace {
  const [rank, id] = key.split(' ');
  if (!Number.isSafeInteger(Number(rank)) || !isId(id)) {
    throw invalid('cursor', 'This cursor is not from this list. Begin again without one.');
  }
  return { rank: Number(rank), id };
}
