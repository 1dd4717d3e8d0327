import { badRequest, DavRefusal } from './dav-refusal.ts';

export const davRoot = '/dav';
const pathCharactersMax = 16 * 1024;
/** As deep as files go, and the folder of shares with one of them. */
const namesMax = 66;

/** The names on a path below `/dav/`, as they were meant; undefined where it lies elsewhere. */
export function namesOnPath(path: string): string[] | undefined {
  if (path.length > pathCharactersMax) throw new DavRefusal(414, 'This address is too long.');
  if (path.includes('#')) throw badRequest('An address to be asked for has no fragment.');
  const plain = path.split('?', 1)[0]!;
  if (plain !== davRoot && !plain.startsWith(`${davRoot}/`)) return undefined;
  const names = plain
    .slice(davRoot.length)
    .split('/')
    .filter((part) => part !== '')
    .map(decoded);
  if (names.length > namesMax) throw new DavRefusal(403, 'Folders lie at most 64 deep.');
  return names;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part).normalize('NFC');
  } catch {
    throw badRequest('The address cannot be read.');
  }
}

/** The path of what lies at some names; folders end in a slash. */
export function hrefOf(names: readonly string[], isFolder: boolean): string {
  const path = [davRoot, ...names.map(encoded)].join('/');
  return isFolder ? `${path}/` : path;
}

const encoded = (name: string) =>
  encodeURIComponent(name).replace(
    /['()*!]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  );

const withoutPort = (host: string) => host.toLowerCase().replace(/:(80|443)$/, '');

/** The path that an address names here; undefined where it is on another server. `..` is left as it is, and no name. */
export function pathOnHost(address: string, hosts: readonly string[]): string | undefined {
  if (address.startsWith('/') && !address.startsWith('//')) return address;
  const [, host, path = '/'] = /^https?:\/\/([^/?#@\\]+)(\/.*)?$/i.exec(address) ?? [];
  if (host === undefined) return undefined;
  return hosts.some((each) => withoutPort(each) === withoutPort(host)) ? path : undefined;
}
