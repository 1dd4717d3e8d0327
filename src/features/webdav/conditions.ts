import type { Principal } from '../../lib/principal.ts';
import type { WebdavDeps } from './context.ts';
import { DavRefusal } from './dav-refusal.ts';
import { lookAt, type Resource, type Sight, versionIn } from './find-resource.ts';
import { holds, type IfList, type State, tokensIn } from './if-header.ts';
import { coversNode } from './lock.ts';

/** What a request says must be so, read but not yet looked at. */
export interface Conditions {
  ifLists: readonly IfList[];
  ifMatch: string | undefined;
  ifNoneMatch: string | undefined;
  ifModifiedSinceMs: number | undefined;
  ifUnmodifiedSinceMs: number | undefined;
  /** The names on a path of this server that a tagged list is about; undefined: something elsewhere. */
  namesOf: (address: string) => readonly string[] | undefined;
}

export interface Asked {
  who: Principal;
  names: readonly string[];
  conditions: Conditions;
}

/** What is there when a request is looked at, and what it may rely on. */
export interface Situation extends Sight {
  /** Locks the request says it knows of. */
  tokens: readonly string[];
  /** The version it is based on, where it said so: to hold still when it is carried out. */
  baseVersionId: string | undefined;
}

/** Different resources that lists may be about. */
const taggedMax = 16;

/** Looks at what is there and at every condition: 412 where one does not hold, 304 is for whoever reads. */
export async function situationOf(deps: WebdavDeps, { who, names, conditions }: Asked): Promise<Situation> {
  const sight = await lookAt(deps, who, names);
  const { found } = sight;
  checkTags(conditions, etagOf(found), found);
  const isOfTag = await checkLists(deps, who, conditions, sight);
  const named = conditions.ifMatch !== undefined && conditions.ifMatch.trim() !== '*';
  return {
    ...sight,
    tokens: tokensIn(conditions.ifLists),
    baseVersionId: named || isOfTag ? versionIn(found) : undefined,
  };
}

export const etagOf = (found: Resource): string | undefined => {
  const version = versionIn(found);
  return version === undefined ? undefined : `"${version}"`;
};

const modifiedSeconds = (found: Resource): number | undefined =>
  found.kind === 'node' && found.node.entry ? Math.floor(found.node.entry.modifiedAtMs / 1000) : undefined;

export const listsTag = (header: string, etag: string | undefined): boolean =>
  etag !== undefined && header.split(',').some((each) => each.trim() === etag);

/** As `If-None-Match` compares. */
const listsWeakly = (header: string | undefined, etag: string | undefined): boolean =>
  header !== undefined && listsTag(header.replaceAll('W/', ''), etag);

function checkTags(conditions: Conditions, etag: string | undefined, found: Resource): void {
  const { ifMatch, ifNoneMatch, ifUnmodifiedSinceMs } = conditions;
  const isThere = found.kind !== 'absent';
  if (ifMatch !== undefined && !(ifMatch.trim() === '*' ? isThere : listsTag(ifMatch, etag))) throw changed();
  if (ifNoneMatch?.trim() === '*' ? isThere : listsWeakly(ifNoneMatch, etag)) throw changed();
  const seconds = modifiedSeconds(found);
  if (ifMatch === undefined && ifUnmodifiedSinceMs !== undefined && seconds !== undefined) {
    if (seconds * 1000 > ifUnmodifiedSinceMs) throw changed();
  }
}

const changed = () => new DavRefusal(412, 'This is not as the request expects it.');

/** Whether the client has what is there already, by the tags or the time it sent. */
export function isKnown({ ifNoneMatch, ifModifiedSinceMs }: Conditions, found: Resource): boolean {
  if (ifNoneMatch !== undefined) {
    return ifNoneMatch.trim() === '*' || listsWeakly(ifNoneMatch, etagOf(found));
  }
  const seconds = modifiedSeconds(found);
  return ifModifiedSinceMs !== undefined && seconds !== undefined && seconds * 1000 <= ifModifiedSinceMs;
}

/** Answers whether what holds says something of the tag of what is asked for. */
async function checkLists(
  deps: WebdavDeps,
  who: Principal,
  { ifLists, namesOf }: Conditions,
  asked: Sight,
): Promise<boolean> {
  if (ifLists.length === 0) return false;
  const states = new Map<string | undefined, State>([[undefined, stateOf(asked)]]);
  for (const list of ifLists) {
    if (!states.has(list.resource)) {
      if (states.size > taggedMax) throw changed();
      states.set(list.resource, await taggedState(deps, who, namesOf(list.resource!)));
    }
    if (!holds(list, states.get(list.resource)!)) continue;
    const isAboutAsked = list.resource === undefined || sameNames(namesOf(list.resource), asked.found.names);
    return isAboutAsked && list.conditions.some(({ etag, isNot }) => etag !== undefined && !isNot);
  }
  throw changed();
}

const sameNames = (a: readonly string[] | undefined, b: readonly string[]) =>
  a?.length === b.length && a.every((name, i) => name === b[i]);

async function taggedState(
  deps: WebdavDeps,
  who: Principal,
  names: readonly string[] | undefined,
): Promise<State> {
  if (!names) return { etag: undefined, tokens: [] };
  return stateOf(await lookAt(deps, who, names));
}

const stateOf = ({ found, locks }: Sight): State => ({
  etag: etagOf(found),
  tokens:
    found.kind === 'node'
      ? locks.filter((lock) => coversNode(lock, found.node)).map(({ token }) => token)
      : [],
});
