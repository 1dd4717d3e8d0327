import { decodeCursor, encodeCursor } from '../../lib/cursors.ts';
import { fillPage } from '../../lib/filtered-page.ts';
import type { Id } from '../../lib/ids.ts';
import type { Principal } from '../../lib/principal.ts';
import { type ShortUser, shortUser } from '../accounts/index.ts';
import type { ReactionKind } from '../posts/index.ts';
import type { ReactionsContext } from './context.ts';
import { reactionsByPostTime } from './tables.ts';

const cursorKind = 'reactions-of-post';

export interface ReactionView {
  user: ShortUser;
  reaction: ReactionKind;
  createdAtMs: number;
}

/** Who reacted to a post the viewer may see, newest first; without people who are hidden from the viewer. */
export async function listReactions(
  { records, accounts, graph, posts }: ReactionsContext,
  viewer: Principal | null,
  postId: Id,
  { limit, cursor }: { limit: number; cursor?: string | undefined },
): Promise<{ items: ReactionView[]; nextCursor: string | null }> {
  await posts.requireVisibleCard(viewer, postId);
  const blocked = viewer && (await graph.viewer(viewer.userId)).blocked;
  const { items, next } = await fillPage({
    limit,
    from: decodeCursor(cursorKind, cursor, 1)?.[0],
    read: (before, count) =>
      records.list(reactionsByPostTime, [postId], { reverse: true, before, limit: count }),
    async show(rows) {
      const people = await accounts.getMany(rows.map(({ value }) => value.userId));
      return rows.map(({ value: { userId, kind, createdAtMs } }, i): ReactionView | undefined => {
        const account = people[i];
        if (account?.state !== 'active' || blocked?.has(userId)) return undefined;
        return { user: shortUser(account), reaction: kind, createdAtMs };
      });
    },
    keyOf: ({ key }) => key[1]!,
  });
  return { items, nextCursor: next === null ? null : encodeCursor(cursorKind, [next]) };
}
