import { eachLimited } from '../../lib/each-limited.ts';
import type { Id } from '../../lib/ids.ts';
import type { EventLog, LogEntry, Subscription } from '../../ports/log/log.ts';
import { type Records, write } from '../../ports/records/records.ts';
import { changeList, type ListDeps } from './change-list.ts';
import {
  type Derived,
  fromComment,
  fromFollow,
  fromPost,
  fromReaction,
  fromShare,
  type ReaderChange,
} from './derive-changes.ts';
import { type Change, type Group, keptMax } from './notification.ts';
import type { NotificationSources } from './sources.ts';
import { groupRowKey, mentionedReaders, notifications, type Place } from './tables.ts';

export interface NotifierDeps extends ListDeps {
  sources: NotificationSources;
}

const hintsAtOnceMax = 16;
const readersAtOnceMax = 8;

export const notifierKinds = [
  'reaction.changed',
  'comment.changed',
  'follow.changed',
  'post.changed',
  'block.changed',
  'mute.changed',
  'account.changed',
  'share.changed',
] as const;

/** Keeps everybody's notifications equal to what happened. Starts with the log's beginning the first time. */
export function subscribeNotifier(log: EventLog, deps: NotifierDeps): Promise<Subscription> {
  return log.subscribe({
    group: 'notifier',
    start: 'stored',
    kinds: notifierKinds,
    handle: (entries) => handleHints(deps, entries),
  });
}

/** Repeating it, in any order of hints, comes to the same. */
export async function handleHints(deps: NotifierDeps, entries: readonly LogEntry[]): Promise<void> {
  const hints = [...new Map(entries.map((entry) => [subjectOf(entry), entry])).values()];
  const byReader = new Map<Id, Change[]>();
  const narrowed: (() => Promise<void>)[] = [];
  const derived = new Array<Derived>(hints.length);
  await eachLimited(hints, hintsAtOnceMax, async (hint, i) => {
    derived[i] = await derive(deps, hint, narrowed);
  });
  for (const { readerId, change } of derived.flatMap(({ changes }) => changes)) {
    const list = byReader.get(readerId) ?? [];
    list.push(change);
    byReader.set(readerId, list);
  }
  await eachLimited([...byReader], readersAtOnceMax, ([readerId, changes]) =>
    changeList(deps, readerId, changes),
  );
  await eachLimited(narrowed, readersAtOnceMax, (narrow) => narrow());
}

/** Hints with one subject come to one look at the truth. */
function subjectOf({ kind, data }: LogEntry): string {
  const { what: _what, feedKey: _feedKey, followKey: _followKey, ...subject } = data;
  return kind + JSON.stringify(subject);
}

async function derive(
  deps: NotifierDeps,
  hint: LogEntry,
  narrowed: (() => Promise<void>)[],
): Promise<Derived> {
  const { sources, records } = deps;
  const { kind, data } = hint;
  if (kind === 'reaction.changed') return fromReaction(sources, hint);
  if (kind === 'follow.changed') return fromFollow(sources, hint);
  if (kind === 'share.changed') return fromShare(sources, hint);
  if (kind === 'block.changed') {
    const blockerId = String(data.blockerId);
    const blockedId = String(data.blockedId);
    const viewer = await sources.graph.viewer(blockerId);
    if (!viewer.blocked.has(blockedId)) return { changes: [] };
    const [mine, theirs] = await Promise.all([
      everythingBy(records, blockerId, blockedId),
      everythingBy(records, blockedId, blockerId),
    ]);
    return { changes: [...mine, ...theirs] };
  }
  if (kind === 'mute.changed') {
    const muterId = String(data.muterId);
    const mutedId = String(data.mutedId);
    const viewer = await sources.graph.viewer(muterId);
    return { changes: viewer.muted.has(mutedId) ? await everythingBy(records, muterId, mutedId) : [] };
  }
  if (kind === 'account.changed') {
    const userId = String(data.userId);
    if ((await sources.accounts.get(userId))?.state === 'deleted') {
      while (!(await eraseList(records, userId)));
    }
    return { changes: [] };
  }
  const sourceId = String(kind === 'post.changed' ? data.postId : data.commentId);
  const before = (await records.get(mentionedReaders, [sourceId]))?.value.readerIds ?? [];
  const derived =
    kind === 'post.changed'
      ? await fromPost(sources, hint, before)
      : await fromComment(sources, hint, before);
  await rememberMentions(records, sourceId, before, derived, narrowed);
  return derived;
}

/** Widens the row before anybody is told, and narrows it when all have been: a crash between leaves it too wide. */
async function rememberMentions(
  records: Records,
  sourceId: Id,
  before: readonly Id[],
  { mentioned }: Derived,
  narrowed: (() => Promise<void>)[],
): Promise<void> {
  const now = mentioned?.readerIds ?? [];
  const hints = [{ kind: 'mentions.noted', key: sourceId, data: { sourceId } }];
  const wide = [...new Set([...before, ...now])];
  if (wide.length > before.length) {
    await records.commit({ decide: [write.put(mentionedReaders, [sourceId], { readerIds: wide })], hints });
  }
  if (wide.length > now.length) {
    const last =
      now.length > 0
        ? write.put(mentionedReaders, [sourceId], { readerIds: [...now] })
        : write.remove(mentionedReaders, [sourceId]);
    narrowed.push(async () => {
      await records.commit({ decide: [last], hints });
    });
  }
}

/** Changes that take out of a reader's list everything one person did. O(groups kept). */
async function everythingBy(records: Records, readerId: Id, actorId: Id): Promise<ReaderChange[]> {
  const places = await records.list(notifications, [readerId, 'place'], { limit: keptMax });
  const keys = places.map(({ value }) => groupRowKey(readerId, (value as Place).groupId));
  const rows = keys.length > 0 ? await records.getMany(notifications, keys) : [];
  return rows.flatMap((row) => {
    const group = row?.value as Group | undefined;
    if (!group) return [];
    return group.entries
      .filter((each) => each.actorId === actorId)
      .map(({ commentId }) => ({
        readerId,
        change: {
          what: 'entry' as const,
          kind: group.kind,
          subject: group.subject,
          actorId,
          commentId,
          truth: null,
        },
      }));
  });
}

const erasedPerCommit = 50;

/** Erases a person's own list, so many rows a call at most; true when none is left. */
export async function eraseList(records: Records, readerId: Id): Promise<boolean> {
  const rows = await records.list(notifications, [readerId], { limit: erasedPerCommit });
  if (rows.length === 0) return true;
  const result = await records.commit({
    decide: rows.map(({ key, version }) => write.remove(notifications, key, version)),
    hints: [{ kind: 'notification.changed', key: readerId, data: { userId: readerId } }],
  });
  return result.ok && rows.length < erasedPerCommit;
}
