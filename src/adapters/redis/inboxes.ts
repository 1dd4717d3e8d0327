import { type Id, idFromNumber, idToNumber } from '../../lib/ids.ts';
import type { Backfill, Coverage, InboxState } from '../../ports/timelines/timelines.ts';
import {
  type AudienceMembers,
  joinAudiences,
  leaveAudiences,
  type Membership,
  removeMembers,
} from './audiences.ts';
import type { Call, Reply } from './connection.ts';
import { doubleAt, doubles } from './doubles.ts';
import {
  coverInboxScript,
  deliverScript,
  describeInboxScript,
  joinInboxScript,
  openInboxScript,
  readInboxScript,
  retireInboxesScript,
  uncoverInboxScript,
  verifyInboxScript,
} from './inbox-scripts.ts';
import { nonce } from './nonce.ts';
import { slackOf } from './ring-lua.ts';
import { GenerationOver, type Scope } from './scope.ts';
import { callScript } from './script.ts';

/** Since its reader's plan was last made; plans are made anew far more often than readers stay away. */
const inboxTtlMs = 8 * 86_400_000;
const attemptsMax = 5;

interface InboxMembership extends Membership {
  isCovered: boolean;
}

interface Inbox {
  nonce: number;
  term: number;
  version: number;
  rev: number;
  epoch: number;
  floor: number;
  memberships: InboxMembership[];
}

const trailerFields = 9;
const entryFields = 3;

function parseInbox(reply: Reply | undefined): Inbox | undefined {
  if (!Buffer.isBuffer(reply)) return undefined;
  const [own, term, version, rev, epoch, , floor] = Array.from({ length: trailerFields }, (_, i) =>
    doubleAt(reply, i),
  ) as [number, number, number, number, number, number, number];
  const memberships = parseMemberships(reply.subarray(8 * trailerFields));
  return { nonce: own, term, version, rev, epoch, floor, memberships };
}

function parseMemberships(packed: Buffer): InboxMembership[] {
  const memberships: InboxMembership[] = [];
  for (let i = 0; i < packed.length / 8; i += entryFields) {
    const serial = doubleAt(packed, i + 2);
    memberships.push({
      authorId: idFromNumber(doubleAt(packed, i)),
      identity: doubleAt(packed, i + 1),
      serial: Math.abs(serial),
      isCovered: serial > 0,
    });
  }
  return memberships;
}

const packIds = (ids: readonly Id[]) => doubles(ids.map(idToNumber));

/**
 * The inbox is opened, its reader joins the audiences, and the inbox notes that it is in them, unless somebody left
 * meanwhile: what a leave has still to take out of audiences is then not mistaken for what was joined here.
 */
export async function joinInbox(
  scope: Scope,
  readerId: Id,
  { authors, ringMax }: { authors: readonly Id[]; ringMax: number },
): Promise<InboxState> {
  const key = scope.inbox(readerId);
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    const [reply] = await scope.trip([
      callScript(openInboxScript, [key], [inboxTtlMs, ringMax, doubles([nonce(), nonce(), nonce()])]),
    ]);
    const inbox = parseInbox(reply)!;
    if (authors.length === 0) return { term: inbox.term, floor: inbox.floor };
    const had = new Map(inbox.memberships.map((each) => [each.authorId, each]));
    const member = { readerId, nonce: inbox.nonce };
    const { epoch, memberships } = await joinAudiences(scope, member, { authors, had });
    const entries = memberships.flatMap(({ authorId, identity, serial }) => [
      idToNumber(authorId),
      identity,
      serial,
    ]);
    const args = [doubles([inbox.nonce, inbox.term, nonce(), epoch, nonce()]), doubles(entries)];
    const [term] = await scope.trip([callScript(joinInboxScript, [key], args)]);
    if (Buffer.isBuffer(term)) return { term: doubleAt(term, 0), floor: inbox.floor };
  }
  throw new GenerationOver('the inbox changes faster than it can be joined');
}

export async function coverInbox(
  scope: Scope,
  readerId: Id,
  { backfill, ringMax }: { backfill: Backfill; ringMax: number },
): Promise<boolean> {
  const { term, authors, keys, authorOf, from } = backfill;
  const numbers = authors.map(idToNumber);
  const authorByKey = new Map(keys.map((key, i) => [key, numbers[authorOf[i]!]!]));
  const entries = [...authorByKey].sort(([a], [b]) => a - b).flat();
  const args = [doubles([term, from, nonce(), ringMax]), doubles(numbers), doubles(entries)];
  const [isDone] = await scope.trip([callScript(coverInboxScript, [scope.inbox(readerId)], args)]);
  return isDone === 1;
}

export async function uncoverInbox(scope: Scope, readerId: Id, authors: readonly Id[]): Promise<void> {
  const args = [doubles([nonce(), nonce()]), packIds(authors)];
  const [reply] = await scope.trip([callScript(uncoverInboxScript, [scope.inbox(readerId)], args)]);
  if (!Buffer.isBuffer(reply)) return;
  await leaveAudiences(scope, { readerId, nonce: doubleAt(reply, 0) }, parseMemberships(reply.subarray(8)));
}

/**
 * The coverage, compared with the directory where its epoch is another one: authors whose audience was lost since
 * are covered no more.
 */
export async function inboxCoverage(
  scope: Scope,
  readerId: Id,
  ringMax: number,
): Promise<Coverage | undefined> {
  const key = scope.inbox(readerId);
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    const [epoch, reply] = await scope.trip([
      ['hget', scope.directory, 'e'],
      callScript(describeInboxScript, [key], [inboxTtlMs, ringMax]),
    ]);
    const inbox = parseInbox(reply);
    if (!inbox) return undefined;
    if (inbox.epoch === Number(String(epoch))) return coverageOf(inbox);
    if (await verifyInbox(scope, key, inbox)) return coverageOf(inbox);
  }
  return undefined;
}

/** Leaves out of the inbox what it is a member of no more. False if it has changed meanwhile. */
async function verifyInbox(scope: Scope, key: string, inbox: Inbox): Promise<boolean> {
  const authors = inbox.memberships.map(({ authorId }) => authorId);
  const [found] = await scope.trip([['hmget', scope.directory, 'e', ...authors]]);
  const [epoch, ...identities] = (found as (Buffer | null)[]).map((each) => Number(String(each)));
  const good = inbox.memberships.filter(({ identity }, i) => identity === identities[i]);
  const bad = inbox.memberships.filter(({ identity }, i) => identity !== identities[i]);
  const version = nonce();
  const args = [doubles([inbox.rev, epoch!, nonce(), version]), packIds(bad.map(({ authorId }) => authorId))];
  const [isDone] = await scope.trip([callScript(verifyInboxScript, [key], args)]);
  inbox.memberships = good;
  if (bad.length > 0) inbox.version = version;
  return isDone === 1;
}

function coverageOf({ version, floor, memberships }: Inbox): Coverage {
  const covered = new Set<Id>();
  for (const { authorId, isCovered } of memberships) if (isCovered) covered.add(authorId);
  return { version, floor, has: (id) => covered.has(id), authors: () => [...covered] };
}

/** Of the newest keys of an inbox; ascending pairs of key and author, from byte `inboxKeysAt` on. */
export interface InboxRun {
  floor: number;
  packed: Buffer;
  count: number;
}
export const inboxKeysAt = 16;

/** The calls that read an inbox, and what their replies say: undefined if the plan must be made again. */
export function readingInbox(
  scope: Scope,
  {
    readerId,
    version,
    before,
    limit,
    ringMax,
  }: {
    readerId: Id;
    version: number;
    before: number;
    limit: number;
    ringMax: number;
  },
): { calls: Call[]; take(replies: readonly Reply[]): InboxRun | undefined } {
  const args = [doubles([version, before, Math.min(limit, ringMax), ringMax])];
  return {
    calls: [['hget', scope.directory, 'e'], callScript(readInboxScript, [scope.inbox(readerId)], args)],
    take([epoch, packed]) {
      if (!Buffer.isBuffer(packed) || doubleAt(packed, 0) !== Number(String(epoch))) return undefined;
      return { floor: doubleAt(packed, 1), packed, count: (packed.length - inboxKeysAt) / 16 };
    },
  };
}

/** Inboxes that are gone are taken out of the audience, a little later. */
export async function deliverToInboxes(
  scope: Scope,
  {
    authorId,
    members,
    key,
    ringMax,
  }: {
    authorId: Id;
    members: AudienceMembers;
    key: number;
    ringMax: number;
  },
): Promise<number> {
  const batches = scope.batches(members.readerIds, (id) => scope.inbox(id));
  const entry = doubles([key, idToNumber(authorId)]);
  const replies = await scope.trip(
    batches.map(({ keys, at }) => {
      const nonces = doubles(at.map((i) => members.nonces[i]!));
      return callScript(deliverScript, keys, [ringMax, ringMax + slackOf(ringMax), entry, nonces]);
    }),
  );
  let taken = 0;
  const gone: number[] = [];
  for (const [n, { at }] of batches.entries()) {
    const packed = replies[n] as Buffer;
    taken += doubleAt(packed, 0);
    for (let i = 1; i < packed.length / 8; i++) gone.push(at[doubleAt(packed, i)]!);
  }
  if (gone.length > 0) removeMembers(scope, { authorId, members, at: gone }).catch(() => undefined);
  return taken;
}

export async function retireInInboxes(
  scope: Scope,
  { authorId, members }: { authorId: Id; members: AudienceMembers },
): Promise<void> {
  const batches = scope.batches(members.readerIds, (id) => scope.inbox(id));
  const change = doubles([idToNumber(authorId), nonce(), nonce()]);
  await scope.trip(
    batches.map(({ keys, at }) =>
      callScript(retireInboxesScript, keys, [change, doubles(at.map((i) => members.nonces[i]!))]),
    ),
  );
  await removeMembers(scope, { authorId, members });
}
