import { api, KithError } from '../../api/client.ts';

const pageSize = 100;
const found = new Map<string, Promise<string>>();

/** Names that are one to the server, which keeps case and does not tell names apart by it. */
export const sameName = (name: string): string => name.normalize('NFC').toLowerCase();

/** The id of a folder below another; what is missing on the way is made. */
export async function folderIn(parentId: string, names: readonly string[]): Promise<string> {
  let id = parentId;
  for (const name of names) id = await oneFolderIn(id, name);
  return id;
}

/** Files of one folder that are sent at once ask for it once. */
function oneFolderIn(parentId: string, name: string): Promise<string> {
  const key = `${parentId}/${name}`;
  const known = found.get(key);
  if (known) return known;
  const id = makeOrFind(parentId, name);
  found.set(key, id);
  const forget = () => found.delete(key);
  // It may be renamed or deleted: what was found is good for the moment alone.
  id.then(() => setTimeout(forget, 5000), forget);
  return id;
}

async function makeOrFind(parentId: string, name: string): Promise<string> {
  try {
    return (await api.post('/v1/folders', { body: { parentId, name } })).id;
  } catch (error) {
    if (!(error instanceof KithError) || error.status !== 409) throw error;
    const there = await findFolder(parentId, name);
    if (there === undefined) throw error;
    return there;
  }
}

async function findFolder(parentId: string, name: string): Promise<string | undefined> {
  let cursor: string | undefined;
  do {
    const page = await api.get('/v1/files', { query: { parentId, limit: pageSize, cursor } });
    const folder = page.items.find(
      (each) => each.kind === 'folder' && sameName(each.name) === sameName(name),
    );
    if (folder) return folder.id;
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return undefined;
}
