/**
 * The server puts what is read first into the page. It stays until the app has the same to show, so that nothing goes
 * away and comes back.
 */

import { commentsQuery, feedQuery, postQuery, userPostsQuery, userQuery } from '../api/queries.ts';
import { queryClient } from '../api/query-client.ts';
import { feedOrder } from '../state/preferences.ts';
import { me } from '../state/session.ts';

const waitMsMax = 10_000;
let isServed = document.querySelector('#app > *') !== null;

interface Router {
  load(): Promise<void>;
  subscribe(event: 'onRendered', listener: () => void): () => void;
}

/** Resolves when the page that the address names can be drawn whole, at once where nothing was served. */
export async function untilWhole(router: Router): Promise<void> {
  if (!isServed) return;
  await Promise.race([router.load(), new Promise((resolve) => setTimeout(resolve, waitMsMax))]);
  isServed = false;
  keepPlace(router);
}

/** Whoever has begun to read goes on there. */
function keepPlace(router: Router): void {
  const place = scrollY;
  if (place === 0) return;
  const stop = router.subscribe('onRendered', () => {
    stop();
    scrollTo({ top: place, behavior: 'instant' });
  });
}

interface Loading {
  /** `preload`: somebody may be about to go there. */
  cause: 'preload' | 'enter' | 'stay';
}

/**
 * A page's data is asked for while its file is on the way. It is waited for only in place of what was served: elsewhere
 * a page shows at once what it has.
 */
function ahead({ cause }: Loading, ask: () => Promise<unknown>): Promise<unknown> | undefined {
  // Looking at somebody counts for the order by relevance, and so must be meant.
  if (cause === 'preload') return undefined;
  const asking = ask();
  return isServed ? asking : undefined;
}

export const homeAhead = (loading: Loading) =>
  ahead(loading, () => queryClient.prefetchInfiniteQuery(feedQuery(me()?.id ?? '', feedOrder.get())));

export const postAhead = (loading: Loading & { params: { id: string } }) =>
  ahead(loading, () =>
    Promise.all([
      queryClient.prefetchQuery(postQuery(loading.params.id)),
      queryClient.prefetchInfiniteQuery(commentsQuery(loading.params.id)),
    ]),
  );

export const profileAhead = (loading: Loading & { params: { username: string } }) =>
  ahead(loading, async () => {
    const query = userQuery(`@${loading.params.username}`);
    await queryClient.prefetchQuery(query);
    const user = queryClient.getQueryData(query.queryKey);
    if (user) await queryClient.prefetchInfiniteQuery(userPostsQuery(user.id));
  });
