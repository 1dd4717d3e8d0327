/** What the XML bodies of requests ask for. */
import { badRequest, DavRefusal } from './dav-refusal.ts';
import { readXml } from './read-xml.ts';
import type { DeadProperty } from './tables.ts';
import {
  davChildren,
  davUri,
  elementsIn,
  elementText,
  innerText,
  keyOf,
  type XmlElement,
} from './xml-element.ts';

export interface PropertyName {
  uri: string;
  local: string;
}

export type PropertyWish =
  | { kind: 'named'; names: readonly PropertyName[] }
  | { kind: 'all'; names: readonly PropertyName[] }
  | { kind: 'names' };

const namesMax = 200;
const nameCharactersMax = 512;
/** Of all names in a request: each is written again for every file in the answer. */
const namesCharactersMax = 8192;
const ownerCharactersMax = 1024;

const isDav = (element: XmlElement | undefined, local: string): element is XmlElement =>
  element?.uri === davUri && element.local === local;

/** Each once, however often it is asked for. */
const namesIn = (prop: XmlElement | undefined): PropertyName[] => {
  const elements = elementsIn(prop).map(({ uri, local }): [string, PropertyName] => [
    keyOf({ uri, local }),
    { uri, local },
  ]);
  const names = new Map(elements);
  const characters = [...names.keys()].reduce((sum, key) => sum + key.length, 0);
  if (names.size > namesMax || characters > namesCharactersMax)
    throw badRequest('That asks for too many properties.');
  return [...names.values()];
};

/** Of PROPFIND; no body asks for everything. */
export function readPropertyWish(body: Uint8Array): PropertyWish {
  const root = readXml(body);
  if (!root) return { kind: 'all', names: [] };
  if (!isDav(root, 'propfind')) throw badRequest('The body is no propfind.');
  const [prop] = davChildren(root, 'prop');
  if (davChildren(root, 'propname').length > 0) return { kind: 'names' };
  if (davChildren(root, 'allprop').length > 0) {
    return { kind: 'all', names: namesIn(davChildren(root, 'include')[0]) };
  }
  if (!prop) throw badRequest('The body asks for nothing.');
  return { kind: 'named', names: namesIn(prop) };
}

export interface PropertyChange extends PropertyName {
  /** Null: it is to go. */
  property: DeadProperty | null;
}

/** Of PROPPATCH: changes in their order. */
export function readPropertyChanges(body: Uint8Array): PropertyChange[] {
  const root = readXml(body);
  if (!isDav(root, 'propertyupdate')) throw badRequest('The body is no propertyupdate.');
  const changes = elementsIn(root).flatMap((instruction) => {
    const isSet = isDav(instruction, 'set');
    if (!isSet && !isDav(instruction, 'remove')) return [];
    return davChildren(instruction, 'prop').flatMap((prop) =>
      elementsIn(prop).map((element) =>
        changeOf(element, isSet, languageOf(prop) ?? languageOf(instruction)),
      ),
    );
  });
  if (changes.length === 0 || changes.length > namesMax) {
    throw badRequest('The body changes nothing, or too much.');
  }
  return changes;
}

function changeOf(element: XmlElement, isSet: boolean, languageAbove: string | undefined): PropertyChange {
  const { uri, local } = element;
  if (uri.length + local.length > nameCharactersMax) throw badRequest('The name of a property is too long.');
  const language = languageOf(element) ?? languageAbove;
  const value = isSet ? innerText(element) : '';
  const property = { uri, local, ...(language !== undefined && { language }), value };
  return { uri, local, property: isSet ? property : null };
}

const languageOf = ({ attributes }: XmlElement): string | undefined =>
  attributes.find(({ uri, local }) => local === 'lang' && uri.endsWith('/XML/1998/namespace'))?.value;

export interface LockInfo {
  isShared: boolean;
  owner: string;
}

/** Of LOCK; no body asks for a lock to last longer. */
export function readLockInfo(body: Uint8Array): LockInfo | undefined {
  const root = readXml(body);
  if (!root) return undefined;
  if (!isDav(root, 'lockinfo')) throw badRequest('The body is no lockinfo.');
  const [type] = davChildren(root, 'locktype');
  const [scope] = davChildren(root, 'lockscope');
  const isShared = davChildren(scope, 'shared').length > 0;
  if (
    davChildren(type, 'write').length === 0 ||
    (!isShared && davChildren(scope, 'exclusive').length === 0)
  ) {
    throw badRequest('Locks are for writing, and exclusive or shared.');
  }
  const [element] = davChildren(root, 'owner');
  const owner = element ? elementText(element) : '';
  if (owner.length > ownerCharactersMax) throw new DavRefusal(413, 'What is said of the owner is too long.');
  return { isShared, owner };
}
