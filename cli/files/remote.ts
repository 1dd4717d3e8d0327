/** The files of whoever is logged in, by path: one's own from `/`, what others share from `id:THEIRID/…`. */
import { type Client, createClient, KithError } from '../../sdk/client.ts';
import type { FileNode } from '../../sdk/schema.ts';
import { nameKeyOf } from '../../src/lib/name-key.ts';
import { readSession } from './session.ts';

const pageSize = 100;
const idPattern = /^id:([0-9a-z]{11})(?:\/(.*))?$/;

export interface Remote {
  api: Client;
  /** A request of another kind; refusals become KithErrors, failures on the way stay what they are. */
  send(path: string, init?: RequestInit & { duplex?: 'half' }): Promise<Response>;
  /** Whose server, for what is kept about it. */
  url: string;
}

export async function openRemote(): Promise<Remote> {
  const { url, token } = await readSession();
  return {
    api: createClient({ url, token }),
    url,
    async send(path, init = {}) {
      const headers = new Headers(init.headers);
      headers.set('authorization', `Bearer ${token}`);
      const response = await fetch(url + path, { ...init, headers, redirect: 'error' });
      if (!response.ok && response.status !== 416) throw await refusalOf(response);
      return response;
    },
  };
}

async function refusalOf(response: Response): Promise<KithError> {
  const problem = (await response.json().catch(() => ({}))) as {
    code?: string;
    detail?: string;
    title?: string;
  };
  return new KithError({
    status: response.status,
    code: problem.code ?? 'internal',
    detail: problem.detail ?? problem.title ?? `The server answered ${response.status}.`,
  });
}

/** Rejects with words for people where nothing is there. */
export async function nodeAt({ api }: Remote, path: string): Promise<FileNode> {
  try {
    const [, id, rest = ''] = idPattern.exec(path) ?? [];
    if (id === undefined) return await api.get('/v1/files/by-path', { query: { path: slashed(path) } });
    let node = await api.get('/v1/files/{id}', { path: { id } });
    for (const name of rest.split('/').filter(Boolean)) node = await childNamed(api, node.id, name);
    return node;
  } catch (error) {
    if (isAbsent(error)) throw new Error(`There is nothing at ${path}.`);
    throw error;
  }
}

export async function nodeAtIfAny(remote: Remote, path: string): Promise<FileNode | undefined> {
  try {
    return await nodeAt(remote, path);
  } catch (error) {
    if (error instanceof Error && error.message.startsWith('There is nothing at ')) return undefined;
    throw error;
  }
}

export async function childNamed(api: Client, folderId: string, name: string): Promise<FileNode> {
  const wanted = keyOf(name);
  for await (const each of childrenOf(api, folderId)) if (keyOf(each.name) === wanted) return each;
  throw new KithError({ status: 404, code: 'not-found', detail: `There is nothing called ${name}.` });
}

/** As the server compares names, which keeps them in NFC. */
export const keyOf = (name: string): string => nameKeyOf(name.normalize('NFC'));

export async function* childrenOf(api: Client, folderId: string): AsyncGenerator<FileNode> {
  let cursor: string | undefined;
  do {
    const page = await api.get('/v1/files', { query: { parentId: folderId, limit: pageSize, cursor } });
    yield* page.items;
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
}

/** A folder below another; made where it is not there. */
export async function folderIn(api: Client, parentId: string, name: string): Promise<FileNode> {
  try {
    return await api.post('/v1/folders', { body: { parentId, name } });
  } catch (error) {
    if (!(error instanceof KithError) || error.status !== 409) throw error;
    const there = await childNamed(api, parentId, name);
    if (there.kind !== 'folder') throw new Error(`There is a file called ${name} where a folder should be.`);
    return there;
  }
}

export const isAbsent = (error: unknown): boolean => error instanceof KithError && error.status === 404;
export const slashed = (path: string): string => (path.startsWith('/') ? path : `/${path}`);
/** The last name on a path, and what is before it. */
export function splitLast(path: string): { folder: string; name: string } {
  const cut = path.replace(/\/+$/, '');
  const slash = cut.lastIndexOf('/');
  return { folder: cut.slice(0, slash) || (cut.startsWith('id:') ? cut : '/'), name: cut.slice(slash + 1) };
}
