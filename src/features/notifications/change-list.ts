import { type Id, type IdSource, idFromNumber, idToNumber } from '../../lib/ids.ts';
import { Refusal } from '../../lib/refusal.ts';
import type { Clock } from '../../ports/clock/clock.ts';
import type { Records } from '../../ports/records/records.ts';
import {
  type Change,
  type Entry,
  entriesMax,
  type Group,
  generationsMax,
  groupKey,
  keptMax,
} from './notification.ts';
import { PartitionEdit } from './partition-edit.ts';
import {
  groupRowKey,
  newState,
  notifications,
  type Place,
  placeKey,
  type ReaderState,
  type SubjectGroups,
  stateKey,
  subjectKey,
} from './tables.ts';

export interface ListDeps {
  records: Records;
  clock: Clock;
  ids: IdSource;
}

/**
 * Subjects changed in one commit. A subject costs at most two rows for each of its groups, two for a new one,
 * one for itself and three for what it pushes out: four of them stay below the writes a commit may hold.
 */
const subjectsPerCommitMax = 4;
const attemptsMax = 8;

/** Makes one reader's list equal to what the changes say. Doing it again changes nothing. */
export async function changeList(deps: ListDeps, readerId: Id, changes: readonly Change[]): Promise<void> {
  const bySubject = new Map<string, Change[]>();
  for (const change of changes) {
    const key = change.what === 'drop-seen' ? change.groupId : groupKey(change.kind, change.subject);
    const list = bySubject.get(key) ?? [];
    list.push(change);
    bySubject.set(key, list);
  }
  const subjects = [...bySubject.values()];
  for (let i = 0; i < subjects.length; i += subjectsPerCommitMax) {
    await changeSome(deps, readerId, subjects.slice(i, i + subjectsPerCommitMax).flat());
  }
}

async function changeSome(deps: ListDeps, readerId: Id, changes: readonly Change[]): Promise<void> {
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    const list = new ListEdit(deps, readerId);
    await list.load(changes);
    for (const change of changes) list.apply(change);
    await list.pushOutOldest();
    const writes = list.writes();
    if (writes.length === 0) return;
    const result = await deps.records.commit({
      decide: writes,
      hints: [{ kind: 'notification.changed', key: readerId, data: { userId: readerId } }],
    });
    if (result.ok) return;
  }
  throw new Refusal('unavailable', 'This list of notifications is changing too fast.');
}

/** One attempt at changing one reader's list. */
class ListEdit {
  readonly #deps: ListDeps;
  readonly #readerId: Id;
  readonly #rows: PartitionEdit<ReaderState | Group | Place | SubjectGroups>;

  constructor(deps: ListDeps, readerId: Id) {
    this.#deps = deps;
    this.#readerId = readerId;
    this.#rows = new PartitionEdit(deps.records, notifications);
  }

  async load(changes: readonly Change[]): Promise<void> {
    const seen = changes.flatMap((change) => (change.what === 'drop-seen' ? [change.groupId] : []));
    await this.#rows.load([
      stateKey(this.#readerId),
      ...seen.map((groupId) => groupRowKey(this.#readerId, groupId)),
    ]);
    const keys = changes.flatMap((change) =>
      change.what === 'drop-seen' ? [] : [groupKey(change.kind, change.subject)],
    );
    for (const groupId of seen) {
      const group = this.#group(groupId);
      if (group) keys.push(groupKey(group.kind, group.subject));
    }
    await this.#rows.load(keys.map((key) => subjectKey(this.#readerId, key)));
    await this.#loadGroups(keys.flatMap((key) => this.#groupIdsOn(key)));
  }

  async #loadGroups(groupIds: readonly Id[]): Promise<void> {
    await this.#rows.load(groupIds.map((id) => groupRowKey(this.#readerId, id)));
    await this.#rows.load(
      groupIds.flatMap((id) => {
        const group = this.#group(id);
        return group ? [placeKey(this.#readerId, group.position)] : [];
      }),
    );
  }

  apply(change: Change): void {
    if (change.what === 'drop-seen') {
      if (this.#group(change.groupId)?.position === change.position) this.#drop(change.groupId);
      return;
    }
    const key = groupKey(change.kind, change.subject);
    if (change.what === 'drop-groups') {
      for (const groupId of this.#groupIdsOn(key)) this.#drop(groupId);
    } else if (change.truth === null) this.#takeOut(key, change);
    else this.#putIn(key, change, change.truth);
  }

  #takeOut(key: string, change: EntryChange): void {
    for (const groupId of this.#groupIdsOn(key)) {
      const group = this.#group(groupId)!;
      const entries = group.entries.filter((entry) => !isSame(entry, change));
      if (entries.length === group.entries.length) continue;
      if (entries.length === 0) this.#drop(groupId);
      else this.#setGroup(groupId, { ...group, entries });
    }
  }

  #putIn(key: string, change: EntryChange, truth: NonNullable<EntryChange['truth']>): void {
    const { actorId, commentId } = change;
    const { atMs, reaction, postId } = truth;
    const groupIds = this.#groupIdsOn(key);
    for (const groupId of groupIds) {
      const group = this.#group(groupId)!;
      const i = group.entries.findIndex((entry) => isSame(entry, change));
      if (i < 0) continue;
      const entry = group.entries[i]!;
      if (entry.reaction !== reaction) {
        this.#setGroup(groupId, { ...group, entries: group.entries.with(i, { ...entry, reaction }) });
      }
      return;
    }
    const state = this.state();
    if (atMs <= state.floorAtMs) return;
    const entry: Entry = { actorId, commentId, reaction, atMs };
    const newest = groupIds[0];
    const open = newest === undefined ? undefined : this.#group(newest);
    if (newest === undefined || open === undefined || open.position <= state.readUpTo) {
      this.#begin(key, change, postId, entry);
    } else if (open.entries.length >= entriesMax) {
      if (!open.hasMore) this.#setGroup(newest, { ...open, hasMore: true });
    } else {
      const position = this.#nextPosition();
      this.#rows.set(placeKey(this.#readerId, open.position), undefined);
      this.#rows.set(placeKey(this.#readerId, position), { groupId: newest });
      const entries = [...open.entries, entry];
      this.#setGroup(newest, { ...open, entries, position, updatedAtMs: this.#deps.clock.nowMs() });
    }
  }

  #begin(key: string, { kind, subject }: EntryChange, postId: Id | null, entry: Entry): void {
    const now = this.#deps.clock.nowMs();
    const position = this.#nextPosition();
    const groupIds = this.#groupIdsOn(key);
    if (groupIds.length >= generationsMax) this.#drop(groupIds.at(-1)!);
    this.#rows.set(subjectKey(this.#readerId, key), { groupIds: [position, ...this.#groupIdsOn(key)] });
    this.#rows.set(placeKey(this.#readerId, position), { groupId: position });
    const times = { createdAtMs: now, updatedAtMs: now };
    this.#setGroup(position, { kind, subject, postId, entries: [entry], hasMore: false, position, ...times });
    const state = this.state();
    this.#setState({ ...state, kept: state.kept + 1, unread: state.unread + 1 });
  }

  /** Rises above everything the list has held, so that no arrival ever falls at or below what was read. */
  #nextPosition(): Id {
    const state = this.state();
    const minted = this.#deps.ids.next();
    const position = minted > state.top ? minted : idFromNumber(idToNumber(state.top) + 1);
    this.#setState({ ...state, top: position });
    return position;
  }

  #drop(groupId: Id): void {
    const group = this.#group(groupId);
    if (!group) return;
    const key = groupKey(group.kind, group.subject);
    const groupIds = this.#groupIdsOn(key).filter((id) => id !== groupId);
    this.#rows.set(subjectKey(this.#readerId, key), groupIds.length > 0 ? { groupIds } : undefined);
    this.#rows.set(placeKey(this.#readerId, group.position), undefined);
    this.#setGroup(groupId, undefined);
    const state = this.state();
    const unread = state.unread - (group.position > state.readUpTo ? 1 : 0);
    this.#setState({ ...state, kept: state.kept - 1, unread });
  }

  async pushOutOldest(): Promise<void> {
    const excess = this.state().kept - keptMax;
    if (excess <= 0) return;
    const { records } = this.#deps;
    const oldest = await records.list(notifications, [this.#readerId, 'place'], {
      limit: excess + subjectsPerCommitMax * (generationsMax + 1),
    });
    const groupIds = oldest.map(({ value }) => (value as Place).groupId);
    await this.#rows.load(groupIds.map((id) => groupRowKey(this.#readerId, id)));
    const leaving: Id[] = [];
    for (const [i, { key }] of oldest.entries()) {
      // What this very edit has moved or dropped no longer stands where the list found it.
      const group = this.#group(groupIds[i]!);
      if (leaving.length < excess && group?.position === key[2]) leaving.push(groupIds[i]!);
    }
    const groups = leaving.map((id) => this.#group(id)!);
    await this.#rows.load([
      ...groups.map((group) => subjectKey(this.#readerId, groupKey(group.kind, group.subject))),
      ...groups.map((group) => placeKey(this.#readerId, group.position)),
    ]);
    for (const [i, groupId] of leaving.entries()) {
      const state = this.state();
      this.#setState({ ...state, floorAtMs: Math.max(state.floorAtMs, groups[i]!.updatedAtMs) });
      this.#drop(groupId);
    }
  }

  state(): ReaderState {
    return this.#rows.get<ReaderState>(stateKey(this.#readerId)) ?? newState;
  }
  #setState(state: ReaderState): void {
    this.#rows.set(stateKey(this.#readerId), state);
  }
  #groupIdsOn(key: string): Id[] {
    return this.#rows.get<SubjectGroups>(subjectKey(this.#readerId, key))?.groupIds ?? [];
  }
  #group(groupId: Id): Group | undefined {
    return this.#rows.get<Group>(groupRowKey(this.#readerId, groupId));
  }
  /** Every change of a group also replaces the state, which is what two writers collide on. */
  #setGroup(groupId: Id, group: Group | undefined): void {
    this.#rows.set(groupRowKey(this.#readerId, groupId), group);
    this.#setState({ ...this.state() });
  }
  writes() {
    return this.#rows.writes();
  }
}

type EntryChange = Extract<Change, { what: 'entry' }>;

const isSame = (entry: Entry, { actorId, commentId }: EntryChange) =>
  entry.actorId === actorId && entry.commentId === commentId;
