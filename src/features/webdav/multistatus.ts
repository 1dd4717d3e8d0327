/** Answers of many parts, written as they are found: a folder of any size takes the memory of one page. */
import type { Id } from '../../lib/ids.ts';
import type { Principal } from '../../lib/principal.ts';
import { nextTurn } from '../../lib/waiting.ts';
import type { WebdavDeps } from './context.ts';
import { type DeadProperties, noProperties, propertiesOf } from './dead-properties.ts';
import { hrefOfResource, isFolderResource, type Resource, type Sight } from './find-resource.ts';
import { type About, liveProperties, usualProperties } from './live-properties.ts';
import type { Lock } from './lock.ts';
import { locksIn } from './lock-store.ts';
import type { PropertyName, PropertyWish } from './read-requests.ts';
import { namedShares } from './shared-folders.ts';
import { davUri, escapeXml, keyOf, wrap } from './xml-element.ts';

const pageMax = 250;
/** What is found is passed on in pieces of about this length: many locks make each entry long. */
const pieceCharacters = 64 * 1024;

export const xmlHead = '<?xml version="1.0" encoding="utf-8"?>\n';
export const multistatusHead = `${xmlHead}<D:multistatus xmlns:D="DAV:">`;
export const multistatusTail = '\n</D:multistatus>\n';

export interface Finding {
  wish: PropertyWish;
  /** What is in the folder as well. */
  isDeep: boolean;
  /** Nothing is said of properties that are not there. */
  isMinimal: boolean;
}

interface Answering extends Finding {
  deps: WebdavDeps;
  who: Principal;
}

/** The answer to PROPFIND, piece by piece. The first holds all that may still be refused. */
export async function* findProperties(
  deps: WebdavDeps,
  who: Principal,
  { found, locks }: Pick<Sight, 'found' | 'locks'>,
  finding: Finding,
): AsyncGenerator<string> {
  const answering = { deps, who, ...finding };
  let head = multistatusHead;
  for await (const piece of responses(answering, [found], new Map([[driveOf(found), locks]]))) {
    yield head + piece;
    head = '';
  }
  if (finding.isDeep && isFolderResource(found)) yield* below(answering, found, locks);
  yield multistatusTail;
}

const driveOf = (found: Resource): Id => (found.kind === 'node' ? found.node.driveId : '');

async function* below(answering: Answering, found: Resource, locks: readonly Lock[]): AsyncGenerator<string> {
  const { deps, who } = answering;
  if (found.kind === 'shares') {
    const shares = await namedShares(deps, who);
    const items = shares.map(({ name, node }) => ({
      kind: 'node' as const,
      names: [...found.names, name],
      node,
    }));
    const driveIds = [...new Set(items.map(driveOf))];
    const held = await Promise.all(driveIds.map((driveId) => locksIn(deps, driveId)));
    yield* responses(answering, items, new Map(driveIds.map((id, i) => [id, held[i]!])));
  } else if (found.kind === 'node') {
    let cursor: string | undefined;
    do {
      const page = await deps.files.list(who, { id: found.node.id }, { limit: pageMax, cursor });
      const items = page.items.map((node) => ({
        kind: 'node' as const,
        names: [...found.names, node.entry!.name],
        node,
      }));
      yield* responses(answering, items, new Map([[found.node.driveId, locks]]));
      cursor = page.nextCursor ?? undefined;
      // Where reading and sending take no time nothing else would wait for, a large folder would keep everybody waiting.
      if (cursor !== undefined) await nextTurn();
    } while (cursor !== undefined);
  }
}

async function* responses(
  { deps, who, wish, isMinimal }: Answering,
  items: readonly Resource[],
  locksByDrive: ReadonlyMap<Id, readonly Lock[]>,
): AsyncGenerator<string> {
  const ids = items.flatMap((item) => (item.kind === 'node' ? [item.node.id] : []));
  const dead = asksForDead(wish) ? await propertiesOf(deps, ids) : new Map<Id, DeadProperties>();
  const needsRoom = wish.kind !== 'all' || wish.names.length > 0;
  const room = needsRoom && asksForRoom(wish) ? await deps.files.roomOf(who.userId) : undefined;
  const nowMs = deps.clock.nowMs();
  let piece = '';
  for (const resource of items) {
    const isOwn = resource.kind === 'node' && resource.node.driveId === who.userId;
    const locks = locksByDrive.get(driveOf(resource)) ?? [];
    const about = { resource, locks, nowMs, room: isOwn ? room : undefined };
    const known = resource.kind === 'node' ? dead.get(resource.node.id) : undefined;
    piece += response(about, known ?? noProperties, wish, isMinimal);
    if (piece.length < pieceCharacters) continue;
    yield piece;
    piece = '';
  }
  if (piece !== '') yield piece;
}

const isLive = ({ uri, local }: PropertyName) => uri === davUri && Object.hasOwn(liveProperties, local);
const asksForDead = (wish: PropertyWish) => wish.kind !== 'named' || !wish.names.every(isLive);
const asksForRoom = (wish: PropertyWish) =>
  wish.kind === 'names' || wish.names.some(({ local }) => local.startsWith('quota-'));

function response(about: About, dead: DeadProperties, wish: PropertyWish, isMinimal: boolean): string {
  const { there, missing } = wish.kind === 'named' ? named(about, dead, wish.names) : all(about, dead, wish);
  const parts = [
    ...(there.length > 0 || missing.length === 0 || isMinimal ? [propstat(there, '200 OK')] : []),
    ...(missing.length > 0 && !isMinimal ? [propstat(missing, '404 Not Found')] : []),
  ];
  return `\n<D:response><D:href>${escapeXml(hrefOfResource(about.resource))}</D:href>${parts.join('')}</D:response>`;
}

export const propstat = (properties: readonly string[], status: string): string =>
  `<D:propstat><D:prop>${properties.join('')}</D:prop><D:status>HTTP/1.1 ${status}</D:status></D:propstat>`;

function named(
  about: About,
  dead: DeadProperties,
  names: readonly PropertyName[],
): { there: string[]; missing: string[] } {
  const there: string[] = [];
  const missing: string[] = [];
  for (const name of names) {
    const text = isLive(name) ? liveText(about, name.local) : deadText(dead, name);
    if (text === undefined) missing.push(wrap(name, ''));
    else there.push(text);
  }
  return { there, missing };
}

function all(
  about: About,
  dead: DeadProperties,
  wish: PropertyWish & { kind: 'all' | 'names' },
): { there: string[]; missing: string[] } {
  if (wish.kind === 'names') {
    const live = Object.keys(liveProperties).filter((local) => liveText(about, local) !== undefined);
    const names = [...live.map((local) => ({ uri: davUri, local })), ...dead.values()];
    return { there: names.map(({ uri, local }) => wrap({ uri, local }, '')), missing: [] };
  }
  const more = named(
    about,
    dead,
    wish.names.filter((name) => !usualProperties.includes(name.local) || !isLive(name)),
  );
  const usual = usualProperties.flatMap((local) => liveText(about, local) ?? []);
  const asked = new Set(wish.names.map(keyOf));
  const own = [...dead].filter(([key]) => !asked.has(key)).flatMap(([, each]) => deadText(dead, each) ?? []);
  return { there: [...usual, ...own, ...more.there], missing: more.missing };
}

function liveText(about: About, local: string): string | undefined {
  const inner = liveProperties[local]!(about);
  return inner === undefined ? undefined : wrap({ uri: davUri, local }, inner);
}

function deadText(dead: DeadProperties, name: PropertyName): string | undefined {
  const property = dead.get(keyOf(name));
  if (!property) return undefined;
  const { uri, local, language, value } = property;
  const attributes =
    language === undefined
      ? []
      : [{ uri: 'http://www.w3.org/XML/1998/namespace', local: 'lang', value: language }];
  return wrap({ uri, local, attributes }, value);
}
