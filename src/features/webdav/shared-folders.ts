import { isId } from '../../lib/ids.ts';
import type { Principal } from '../../lib/principal.ts';
import type { ShownNode } from '../files/index.ts';
import type { WebdavDeps } from './context.ts';
import { givenNames } from './share-names.ts';

/** Where what others share with somebody lies, in the root, unless something of their own has that name. */
export const sharedName = 'Shared with me';
/** More are not shown here. */
const sharesMax = 200;
const sharesPerPage = 100;

/** Looked at to see whether what is shared is what it was. */
const sharedIdsMax = 500;
/** What was renamed meanwhile keeps its old name here for so long. */
const namesKeptMs = 5000;

export interface KnownShares {
  atMs: number;
  /** Of all that was shared then. */
  ids: string;
  shares: readonly { key: string; id: string }[];
}

/**
 * The id of the share of that name. Finding out the names of all of them takes reads for each, and clients ask for one
 * path after the other: so they are remembered for a moment, while the same things are shared.
 */
export async function shareCalled(
  deps: WebdavDeps,
  who: Principal,
  name: string,
): Promise<string | undefined> {
  const { files, clock, shareNames } = deps;
  const ids = (await files.sharedIds(who, sharedIdsMax)).join();
  let known = shareNames.get(who.userId);
  if (known?.ids !== ids || clock.nowMs() - known.atMs >= namesKeptMs) {
    const shares = await namedShares(deps, who);
    known = {
      atMs: clock.nowMs(),
      ids,
      shares: shares.flatMap(({ name, lastName, node: { id } }) =>
        [...new Set([keyOf(name), keyOf(lastName)])].map((key) => ({ key, id })),
      ),
    };
    shareNames.set(who.userId, known);
  }
  return known.shares.find(({ key }) => key === keyOf(name))?.id;
}

export interface NamedShare {
  name: string;
  /** With its id: it leads there always, whatever else it is called. */
  lastName: string;
  node: ShownNode;
}

/**
 * What others share with somebody, each under a name that never meant another one: its own, or where others have that too
 * or had it before, with whose it is, and at worst with its id. It stays while the share is called so, but that one with
 * its id gives way to a better one, and leads there still.
 */
export async function namedShares(deps: WebdavDeps, who: Principal): Promise<NamedShare[]> {
  const nodes = await sharedNodes(deps, who);
  const owners = await Promise.all(nodes.map(({ driveId }) => deps.usernameOf(driveId)));
  const forms = nodes.map((node, i) => {
    const owner = owners[i] ?? 'unknown';
    const name = node.entry?.name ?? owner;
    const texts = [name, withMark(name, owner), withMark(name, `${owner} ${node.id}`)];
    return { node, texts, keys: texts.map(keyOf) };
  });
  const timesSaid = new Map<string, number>();
  for (const key of forms.flatMap(({ keys }) => [...new Set(keys)]))
    timesSaid.set(key, (timesSaid.get(key) ?? 0) + 1);
  const wished = forms.map(({ node, keys }) => ({
    id: node.id,
    keys: keys.slice(0, -1).filter((key) => timesSaid.get(key) === 1 && !hasIdMark(key)),
  }));
  const given = await givenNames(deps, who.userId, wished);
  return forms.map(({ node, texts, keys }) => {
    const form = keys.findIndex((key) => given.get(key) === node.id);
    const lastName = texts.at(-1)!;
    return { node, name: texts[form] ?? lastName, lastName };
  });
}

async function sharedNodes({ files }: WebdavDeps, who: Principal): Promise<ShownNode[]> {
  const found: ShownNode[] = [];
  let cursor: string | undefined;
  do {
    const page = await files.sharedWithMe(who, { limit: sharesPerPage, cursor });
    found.push(...page.items);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined && found.length < sharesMax);
  return found.slice(0, sharesMax);
}

/** `notes (ann).txt` */
function withMark(name: string, mark: string): string {
  const dot = name.lastIndexOf('.');
  return dot > 0 ? `${name.slice(0, dot)} (${mark})${name.slice(dot)}` : `${name} (${mark})`;
}

/** Whether it could be the name with its id of something that is not shared yet. */
const hasIdMark = (key: string): boolean => isId(/\([^ ()]+ ([^ ()]+)\)(?:\.[^.]*)?$/.exec(key)?.[1]);

const keyOf = (name: string) => name.normalize('NFC').toLowerCase();
export const isSameName = (a: string, b: string): boolean => keyOf(a) === keyOf(b);
