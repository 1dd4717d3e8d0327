import type { Principal } from '../../lib/principal.ts';
import type { ShownNode } from '../files/index.ts';
import type { WebdavDeps } from './context.ts';

/** Where what others share with somebody lies, in the root, unless something of their own has that name. */
export const sharedName = 'Shared with me';
/** More are not shown here. */
const sharesMax = 200;
const sharesPerPage = 100;

export interface NamedShare {
  name: string;
  node: ShownNode;
}

/**
 * What others share with somebody, each under a name of its own. Where several have one name, all of them also say
 * whose they are: so a name that once meant one folder never comes to mean another.
 */
export async function namedShares(deps: WebdavDeps, who: Principal): Promise<NamedShare[]> {
  const nodes = await sharedNodes(deps, who);
  const owners = await Promise.all(nodes.map(({ driveId }) => deps.usernameOf(driveId)));
  const forms = nodes.map((node, i) => {
    const owner = owners[i] ?? 'unknown';
    const name = node.entry?.name ?? owner;
    return { node, forms: [name, withMark(name, owner), withMark(name, `${owner} ${node.id}`)] };
  });
  return forms.map(({ node, forms: mine }) => {
    const isAlone = (form: number) =>
      forms.every((other) => other.node === node || keyOf(other.forms[form]!) !== keyOf(mine[form]!));
    return { node, name: mine[[0, 1].find(isAlone) ?? 2]! };
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

const keyOf = (name: string) => name.normalize('NFC').toLowerCase();
export const isSameName = (a: string, b: string): boolean => keyOf(a) === keyOf(b);
