import type { Id } from '../../lib/ids.ts';
import type { Principal } from '../../lib/principal.ts';
import { notFound } from '../../lib/refusal.ts';
import type { Row, Table } from '../../ports/records/records.ts';
import type { Account } from '../accounts/index.ts';
import type { GraphContext } from './context.ts';
import {
  blocks,
  type FollowHistoryRow,
  followersByTime,
  followHistory,
  followingByTime,
  mutes,
  requestsByTime,
} from './tables.ts';

/** A page looks at no more rows than this; with so many hidden people in a row it ends early. */
const examinedMax = 5000;
const chunkMin = 50;

export interface PageInput {
  before: string | undefined;
  limit: number;
}
export interface PeoplePage {
  items: Account[];
  /** The key to go on before; undefined at the end. */
  next: string | undefined;
}

/** Newest follow first. Of a private account only for its followers and itself. */
export async function listFollowers(
  context: GraphContext,
  viewer: Principal | null,
  account: Account,
  page: PageInput,
): Promise<PeoplePage> {
  await requireListsVisible(context, viewer, account);
  return pageOfPeople(context, viewer, page, {
    table: followersByTime,
    partition: account.id,
    personOf: (row) => row.value.followerId,
  });
}

export async function listFollowing(
  context: GraphContext,
  viewer: Principal | null,
  account: Account,
  page: PageInput,
): Promise<PeoplePage> {
  await requireListsVisible(context, viewer, account);
  return pageOfPeople(context, viewer, page, {
    table: followingByTime,
    partition: account.id,
    personOf: (row) => row.value.followeeId,
  });
}

async function requireListsVisible(
  { viewers }: GraphContext,
  viewer: Principal | null,
  account: Account,
): Promise<void> {
  if (viewer?.userId === account.id) return;
  const relations = viewer && (await viewers.get(viewer.userId));
  if (relations?.blocked.has(account.id)) throw notFound();
  if (account.isPrivate && !relations?.following.has(account.id)) throw notFound();
}

/** Those who ask to follow the caller. */
export function listRequests(context: GraphContext, viewer: Principal, page: PageInput): Promise<PeoplePage> {
  return pageOfPeople(context, viewer, page, {
    table: requestsByTime,
    partition: viewer.userId,
    personOf: (row) => row.value.followerId,
  });
}

/** Those whom the caller blocks, in no order of meaning. Blocked people are hidden everywhere but here. */
export function listBlocked(context: GraphContext, viewer: Principal, page: PageInput): Promise<PeoplePage> {
  return pageOfPeople(context, null, page, {
    table: blocks,
    partition: viewer.userId,
    personOf: (row) => row.key[1]!,
  });
}

export function listMuted(context: GraphContext, viewer: Principal, page: PageInput): Promise<PeoplePage> {
  return pageOfPeople(context, viewer, page, {
    table: mutes,
    partition: viewer.userId,
    personOf: (row) => row.key[1]!,
  });
}

interface PeopleSource<V extends object> {
  table: Table<V>;
  partition: Id;
  personOf: (row: Row<V>) => Id;
}

/** Leaves out people who are not there or blocked either way, and goes on until the page is full. */
async function pageOfPeople<V extends object>(
  { records, accounts, viewers }: GraphContext,
  viewer: Principal | null,
  { before, limit }: PageInput,
  { table, partition, personOf }: PeopleSource<V>,
): Promise<PeoplePage> {
  const blocked = viewer ? (await viewers.get(viewer.userId)).blocked : new Set<Id>();
  const items: Account[] = [];
  let last = before;
  for (let examined = 0; examined < examinedMax; ) {
    const chunk = Math.max(chunkMin, limit - items.length + 1);
    const rows = await records.list(table, [partition], { reverse: true, before: last, limit: chunk });
    const people = await accounts.getMany(rows.map(personOf));
    for (const [i, row] of rows.entries()) {
      const account = people[i];
      const isShown = account?.state === 'active' && !blocked.has(account.id);
      // One more to show: so this page is not the last, and the next goes on after the last one examined.
      if (isShown && items.length === limit) return { items, next: last };
      if (isShown) items.push(account);
      last = row.key[1]!;
    }
    if (rows.length < chunk) return { items, next: undefined };
    examined += rows.length;
  }
  return { items, next: last };
}

/** Whom the caller followed and left, and when, newest first. */
export async function listFollowHistory(
  { records }: GraphContext,
  { userId }: Principal,
  { before, limit }: PageInput,
): Promise<{ items: (FollowHistoryRow & { id: Id })[]; next: string | undefined }> {
  const rows = await records.list(followHistory, [userId], { reverse: true, before, limit });
  const items = rows.map(({ key, value }) => ({ id: key[1]!, ...value }));
  return { items, next: rows.length === limit ? items.at(-1)?.id : undefined };
}
