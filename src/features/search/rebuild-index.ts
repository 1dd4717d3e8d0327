import type { SearchChange } from '../../ports/search/search.ts';
import type { Scan, SearchDeps } from './context.ts';
import { postChanges, userChanges } from './documents.ts';

/** Documents handed over at once, so that changes that arrive meanwhile never wait long behind them. */
const documentsMax = 200;

/**
 * Builds the index again from the truth, beside the one that serves, and swaps. What changes meanwhile reaches
 * both, so nothing is missing and nothing old comes back.
 */
export async function rebuildIndex(deps: SearchDeps): Promise<void> {
  const rebuild = await deps.index.rebuild();
  const addAll = async <Item>(scan: Scan<Item>, toChanges: (items: Item[]) => Promise<SearchChange[]>) => {
    let cursor: string | undefined;
    do {
      const page = await scan(cursor);
      for (let i = 0; i < page.items.length; i += documentsMax) {
        await rebuild.add(await toChanges(page.items.slice(i, i + documentsMax)));
      }
      cursor = page.next;
    } while (cursor !== undefined);
  };
  try {
    await addAll(deps.scanAccounts, async (accounts) => {
      const active = accounts.filter(({ state }) => state === 'active');
      return userChanges(
        deps,
        active.map((account) => ({ id: account.id, account })),
      );
    });
    await addAll(deps.scanPosts, async (posts) => {
      const changes = await postChanges(
        deps,
        posts.map((post) => ({ id: post.id, post })),
      );
      return changes.filter(({ op }) => op === 'post');
    });
    await rebuild.finish();
  } catch (error) {
    await rebuild.abort();
    throw error;
  }
}
