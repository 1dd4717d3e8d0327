import type { Id } from '../../lib/ids.ts';
import type { Readers } from '../../ports/timelines/timelines.ts';
import {
  audiencePageScript,
  forgetAudiencesScript,
  joinAudienceScript,
  leaveAudienceScript,
  nameAudiencesScript,
} from './audience-scripts.ts';
import type { Reply } from './connection.ts';
import { nonce } from './nonce.ts';
import { GenerationOver, type Scope } from './scope.ts';
import { callScript } from './script.ts';

/** Since somebody last joined or the author last published. */
const audienceTtlMs = 30 * 86_400_000;
/** Joins sent together: a new inbox of somebody who follows thousands keeps nobody waiting for long. */
const joinsMax = 500;
const attemptsMax = 5;
const idLength = 11;

/** A place in an author's audience. */
export interface Membership {
  authorId: Id;
  /** Of the audience. */
  identity: number;
  serial: number;
}

/** An inbox as a member: its reader, and which of that reader's inboxes it is. */
const memberOf = (readerId: Id, inboxNonce: number) => `${readerId}${inboxNonce}`;

export interface AudienceMembers extends Readers {
  readonly generation: string;
  readonly identity: string;
  readonly readerIds: readonly Id[];
  readonly nonces: readonly number[];
  /** Member and serial in turns, as the server has them. */
  readonly pairs: readonly Buffer[];
}

function strings(reply: Reply | undefined): string[] {
  return (reply as Buffer[]).map(String);
}

/**
 * Has the inbox join these audiences, or finds it in them. What is answered held in `epoch`. An audience that should
 * be there and is not is given up first, for everybody, and begun anew.
 */
export async function joinAudiences(
  scope: Scope,
  inbox: { readerId: Id; nonce: number },
  { authors, had }: { authors: readonly Id[]; had: ReadonlyMap<Id, Membership> },
): Promise<{ epoch: number; memberships: Membership[] }> {
  const member = memberOf(inbox.readerId, inbox.nonce);
  const joined = new Map<Id, Membership>();
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    const { epoch, identities, isOwn } = await nameAudiences(scope, authors);
    const open = authors.flatMap((authorId, i) => {
      const identity = identities[i]!;
      return joined.get(authorId)?.identity === identity ? [] : [{ authorId, identity, isOwn: isOwn[i]! }];
    });
    const lost: Membership[] = [];
    for (let at = 0; at < open.length; at += joinsMax) {
      const part = open.slice(at, at + joinsMax);
      const replies = await scope.trip(
        part.map(({ authorId, identity, isOwn }) => {
          const before = had.get(authorId);
          const serial = before?.identity === identity ? before.serial : 0;
          const args = [audienceTtlMs, identity, isOwn ? 1 : 0, member, serial];
          return callScript(joinAudienceScript, [scope.audience(authorId)], args);
        }),
      );
      for (const [i, { authorId, identity }] of part.entries()) {
        const serial = replies[i] as number;
        if (serial === 0) lost.push({ authorId, identity, serial });
        else joined.set(authorId, { authorId, identity, serial });
      }
    }
    if (lost.length === 0) return { epoch, memberships: [...joined.values()] };
    await forgetAudiences(scope, lost);
  }
  throw new GenerationOver('audiences are lost faster than they are joined');
}

/** The identities of the authors' audiences, given now where there is none. */
async function nameAudiences(scope: Scope, authors: readonly Id[]) {
  const proposed = authors.map(() => nonce());
  const args = authors.flatMap((id, i) => [id, proposed[i]!]);
  const [reply] = await scope.trip([
    callScript(nameAudiencesScript, [scope.directory], [scope.generation, ...args]),
  ]);
  if (!reply) throw new GenerationOver('a new generation has begun');
  const [epoch, ...identities] = strings(reply).map(Number);
  return { epoch: epoch!, identities, isOwn: identities.map((identity, i) => identity === proposed[i]) };
}

/** From the next epoch on, which begins now, nobody believes to be in these audiences. */
async function forgetAudiences(scope: Scope, lost: readonly Omit<Membership, 'serial'>[]): Promise<void> {
  const args = lost.flatMap(({ authorId, identity }) => [authorId, identity]);
  await scope.trip([
    callScript(forgetAudiencesScript, [scope.directory], [scope.generation, nonce(), ...args]),
  ]);
}

/** Only after the inbox has stopped counting on it. */
export async function leaveAudiences(
  scope: Scope,
  inbox: { readerId: Id; nonce: number },
  left: readonly Membership[],
): Promise<void> {
  const member = memberOf(inbox.readerId, inbox.nonce);
  for (let at = 0; at < left.length; at += joinsMax)
    await scope.trip(
      left
        .slice(at, at + joinsMax)
        .map(({ authorId, identity, serial }) =>
          callScript(leaveAudienceScript, [scope.audience(authorId)], [identity, member, serial]),
        ),
    );
}

/** Takes members out, by default all of the page, unless they joined anew since it was read. */
export async function removeMembers(
  scope: Scope,
  { authorId, members, at }: { authorId: Id; members: AudienceMembers; at?: readonly number[] },
): Promise<void> {
  const { pairs, identity } = members;
  const chosen = at ? at.flatMap((i) => [pairs[2 * i]!, pairs[2 * i + 1]!]) : pairs;
  if (chosen.length === 0) return;
  await scope.trip([callScript(leaveAudienceScript, [scope.audience(authorId)], [identity, ...chosen])]);
}

export async function audiencePage(
  scope: Scope,
  authorId: Id,
  { after, limit }: { after: string; limit: number },
): Promise<{ members: AudienceMembers; next: string | undefined }> {
  const [named, page] = await scope.trip([
    ['hget', scope.directory, authorId],
    callScript(audiencePageScript, [scope.audience(authorId)], [audienceTtlMs, after, limit]),
  ]);
  // An author whom the directory does not name has no audience that anybody believes to be in.
  if (named === null) return { members: pageOf(scope, '', []), next: undefined };
  const identity = String(named);
  const [first, pairs] = page as [Buffer, Buffer[]];
  if (String(first) !== `#${identity}`) {
    await forgetAudiences(scope, [{ authorId, identity: Number(identity) }]);
    return { members: pageOf(scope, '', []), next: undefined };
  }
  const members = pageOf(scope, identity, pairs);
  return { members, next: members.count < limit ? undefined : String(pairs.at(-1)) };
}

function pageOf({ generation }: Scope, identity: string, pairs: readonly Buffer[]): AudienceMembers {
  const readerIds: Id[] = [];
  const nonces: number[] = [];
  for (let i = 0; i < pairs.length; i += 2) {
    const member = pairs[i]!.toString('latin1');
    readerIds.push(member.slice(0, idLength));
    nonces.push(Number(member.slice(idLength)));
  }
  return { count: readerIds.length, generation, identity, readerIds, nonces, pairs };
}
