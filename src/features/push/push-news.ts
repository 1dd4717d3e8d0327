import { eachLimited } from '../../lib/each-limited.ts';
import type { Id } from '../../lib/ids.ts';
import { onBehalfOf } from '../../lib/principal.ts';
import { write } from '../../ports/records/records.ts';
import type { NotificationView } from '../notifications/index.ts';
import type { Delivery } from './deliver.ts';
import type { PushDeps } from './push.ts';
import { pushHint, readSubscriptions } from './subscribe.ts';
import { type PushState, pushEndpoints, pushStates } from './tables.ts';

const readersAtOnceMax = 8;
const looksMax = 5;
/** What is older when it is met is no news: hints come late after a stop, and all at once to a new group. */
export const freshMs = 15 * 60_000;
/** A group that grows is pushed again only after so long. */
export const quietMs = 10 * 60_000;
/** Groups of one person pushed within `quietMs`. */
export const pushesPerQuietMax = 20;

/** Looks what is new for each of them and hands it to the delivery. Repeating it sends nothing twice. */
export async function pushNews(
  deps: PushDeps,
  delivery: Delivery,
  readerIds: ReadonlySet<Id>,
): Promise<void> {
  await eachLimited([...readerIds], readersAtOnceMax, (readerId) => pushTo(deps, delivery, readerId));
}

async function pushTo(deps: PushDeps, delivery: Delivery, userId: Id): Promise<void> {
  const { records, clock, accounts } = deps;
  const rows = await readSubscriptions(deps, userId);
  if (rows.length === 0 || (await accounts.get(userId))?.state !== 'active') return;
  const [state, page] = await Promise.all([
    records.get(pushStates, [userId]),
    deps.notifications.list(onBehalfOf(userId), { limit: looksMax }),
  ]);
  const before: PushState = state?.value ?? { pushedUpTo: '', recent: [] };
  const nowMs = clock.nowMs();
  const { news, after } = decide(before, page.items, nowMs);
  if (after.pushedUpTo === before.pushedUpTo) return;
  const result = await records.commit({
    decide: [
      state
        ? write.replace(pushStates, [userId], after, state.version)
        : write.insert(pushStates, [userId], after),
    ],
    hints: [pushHint(userId)],
  });
  // Whoever was quicker has pushed what it saw, and what came after that has a hint of its own.
  if (!result.ok || news.length === 0) return;
  const [sessions, owners] = await Promise.all([
    deps.sessionsOf(userId),
    records.getMany(
      pushEndpoints,
      rows.map(({ key }) => [key[1]!]),
    ),
  ]);
  for (const [i, row] of rows.entries()) {
    const counts = sessions.has(row.value.credentialId) && owners[i]?.value.userId === userId;
    if (!counts) delivery.drop(row);
    else for (const view of news) delivery.send(row, messageOf(view, page.unread));
  }
}

/** What of the newest notifications is to be pushed, oldest first, and what is remembered then. */
export function decide(
  { pushedUpTo, recent }: PushState,
  newest: readonly NotificationView[],
  nowMs: number,
): { news: NotificationView[]; after: PushState } {
  const still = recent.filter(({ atMs }) => atMs > nowMs - quietMs);
  const news: NotificationView[] = [];
  for (const view of newest.toReversed()) {
    const isNew = view.id > pushedUpTo && !view.read && view.updatedAtMs > nowMs - freshMs;
    if (!isNew || still.length >= pushesPerQuietMax || still.some(({ tag }) => tag === tagOf(view))) continue;
    still.push({ tag: tagOf(view), atMs: nowMs });
    news.push(view);
  }
  const top = newest[0]?.id ?? '';
  return { news, after: { pushedUpTo: top > pushedUpTo ? top : pushedUpTo, recent: still } };
}

/** The same for a group that grows, so that a device shows it once. */
const tagOf = ({ kind, post, comment, file }: NotificationView): string => {
  const about = kind === 'reply' ? comment : (post ?? file);
  return `${kind}:${about?.id ?? ''}`;
};

export interface PushText {
  tag: string;
  /** In English. */
  text: string;
  /** The same for who has words of their own: what happened, the first who did it, and how many did. */
  kind: NotificationView['kind'];
  names: string[];
  count: number;
  /** Where in the app it leads. */
  path: string;
  unread: number;
}

function messageOf(view: NotificationView, unread: number): PushText {
  const { text, kind, actors, actorCount: count } = view;
  const names = actors.map(({ displayName, username }) => displayName || username);
  return { tag: tagOf(view), text, kind, names, count, path: pathOf(view), unread };
}

function pathOf({ kind, post, file, actors }: NotificationView): string {
  if (kind === 'follow-request') return '/requests';
  if (file) return file.kind === 'folder' ? `/files/shared/${file.id}` : '/files/shared';
  if (post) return `/p/${post.id}`;
  return actors[0] ? `/@${actors[0].username}` : '/notifications';
}
