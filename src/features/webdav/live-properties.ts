/** The properties that the server itself gives (RFC 4918, section 15, and RFC 4331). */
import { typeOfName } from '../transfers/index.ts';
import { hrefOf } from './dav-path.ts';
import { isFolderNode, type Resource, versionIn } from './find-resource.ts';
import { coversNode, type Lock } from './lock.ts';
import { sharedName } from './shared-folders.ts';
import { escapeXml } from './xml-element.ts';

export interface About {
  resource: Resource;
  locks: readonly Lock[];
  nowMs: number;
  /** Of whose drive it is, for them alone. */
  room: { usedBytes: number; quotaBytes: number } | undefined;
}

type Live = (about: About) => string | undefined;

const entryOf = ({ resource }: About) => (resource.kind === 'node' ? resource.node.entry : null);
const isFolder = ({ resource }: About) => resource.kind !== 'node' || isFolderNode(resource.node);

const supported = ['exclusive', 'shared']
  .map(
    (scope) =>
      `<D:lockentry><D:lockscope><D:${scope}/></D:lockscope><D:locktype><D:write/></D:locktype></D:lockentry>`,
  )
  .join('');

/** Each as XML; undefined where a resource has none. */
export const liveProperties: Readonly<Record<string, Live>> = {
  creationdate(about) {
    const entry = entryOf(about);
    return entry ? new Date(entry.createdAtMs).toISOString().replace(/\.\d+Z$/, 'Z') : undefined;
  },
  displayname(about) {
    if (about.resource.kind === 'shares') return sharedName;
    const name = about.resource.names.at(-1);
    return name === undefined ? undefined : escapeXml(name);
  },
  getcontentlength: (about) => entryOf(about)?.content?.sizeBytes.toString(),
  getcontenttype(about) {
    const entry = entryOf(about);
    return entry?.content ? typeOfName(entry.name) : undefined;
  },
  getetag(about) {
    const version = versionIn(about.resource);
    return version === undefined ? undefined : `"${version}"`;
  },
  getlastmodified(about) {
    const entry = entryOf(about);
    return entry ? new Date(entry.modifiedAtMs).toUTCString() : undefined;
  },
  resourcetype: (about) => (isFolder(about) ? '<D:collection/>' : ''),
  supportedlock: ({ resource }) => (resource.kind === 'node' ? supported : ''),
  lockdiscovery: ({ resource, locks, nowMs }) => discoveryOf(resource, locks, nowMs),
  'quota-available-bytes': (about) =>
    about.room && isFolder(about)
      ? String(Math.max(0, about.room.quotaBytes - about.room.usedBytes))
      : undefined,
  'quota-used-bytes': (about) => (about.room && isFolder(about) ? String(about.room.usedBytes) : undefined),
};

/** Asked for by name alone, as RFC 4331 wants it. */
const notInAll = new Set(['quota-available-bytes', 'quota-used-bytes']);
export const usualProperties = Object.keys(liveProperties).filter((name) => !notInAll.has(name));

export function discoveryOf(resource: Resource, locks: readonly Lock[], nowMs: number): string {
  if (resource.kind !== 'node') return '';
  return locks
    .filter((lock) => coversNode(lock, resource.node))
    .map((lock) => activeLock(resource, lock, nowMs))
    .join('');
}

function activeLock(resource: Resource & { kind: 'node' }, lock: Lock, nowMs: number): string {
  const seconds = Math.max(1, Math.ceil((lock.expiresAtMs - nowMs) / 1000));
  return [
    `<D:activelock><D:locktype><D:write/></D:locktype>`,
    `<D:lockscope><D:${lock.isShared ? 'shared' : 'exclusive'}/></D:lockscope>`,
    `<D:depth>${lock.isDeep ? 'infinity' : '0'}</D:depth>${lock.owner}`,
    `<D:timeout>Second-${seconds}</D:timeout>`,
    `<D:locktoken><D:href>${escapeXml(lock.token)}</D:href></D:locktoken>`,
    `<D:lockroot><D:href>${escapeXml(rootHref(resource, lock))}</D:href></D:lockroot></D:activelock>`,
  ].join('');
}

/** Where a lock was taken, as whoever asks calls it: of what is above all that is theirs they learn nothing. */
function rootHref({ names, node }: Resource & { kind: 'node' }, { nodeId }: Lock): string {
  if (nodeId === node.id) return hrefOf(names, isFolderNode(node));
  const up = node.aboveIds.length - node.aboveIds.indexOf(nodeId);
  const isShared = node.reach.role !== 'owner';
  const shownMin = isShared ? Math.min(2, names.length) : 0;
  return hrefOf(names.slice(0, Math.max(shownMin, names.length - up)), true);
}
