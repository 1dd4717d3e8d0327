import { createIdSource, type Id } from '../../lib/ids.ts';
import type { Principal } from '../../lib/principal.ts';
import { type ManualClock, manualClock } from '../../ports/clock/clock.ts';
import { createMemoryStore } from '../../ports/records/memory-store.ts';
import { defineTable, type Records, write } from '../../ports/records/records.ts';
import type { Content } from '../contents/index.ts';
import type { FilesDeps, ShownNode } from './context.ts';
import { createFiles, type FilesFeature } from './files.ts';

/** Uses of contents that have no bytes. */
export const testUses = defineTable<object>('test_uses', {
  partition: ['content_id'],
  clustering: ['use'],
  kind: 'plain',
});

/** The rest of the server, as simple as it can be: everybody reaches everybody. */
const surroundings = {
  reaches: async () => true,
  linksKey: new Uint8Array(32),
  passwords: {
    hash: async (password: string) => `hash of ${password}`,
    verify: async (hash: string, password: string) => hash === `hash of ${password}`,
  },
};

/** Files with the contents of another world. */
export const filesOn = ({
  quotaBytes = 1e12,
  ...deps
}: Pick<FilesDeps, 'records' | 'clock' | 'ids' | 'contents' | 'otherBytesOf'> & {
  quotaBytes?: number;
}): FilesFeature => createFiles({ ...surroundings, ...deps, settings: { quotaBytes } });

export const principalOf = (userId: Id): Principal => ({ userId, isAdmin: false, credentialId: null });

/** Files on some store, with contents that are only names. */
export function filesWorld(
  given: { records?: Records; clock?: ManualClock; quotaBytes?: number; node?: number } = {},
) {
  const clock = given.clock ?? manualClock();
  const records = given.records ?? createMemoryStore({ nowMs: clock.nowMs }).records;
  const ids = createIdSource({ nowMs: clock.nowMs, node: given.node ?? 0 });
  const contents = new Map<Id, Content>();
  const deps: FilesDeps = {
    records,
    clock,
    ids,
    settings: { quotaBytes: given.quotaBytes ?? 1e12 },
    ...surroundings,
    contents: {
      useWrites: (id, use) => [write.put(testUses, [id, use], {})],
      endUseWrites: (id, use) => [write.remove(testUses, [id, use])],
      describe: async (wanted) => wanted.map((id) => contents.get(id)),
      hold: async (id) => contents.get(id)!,
    },
  };
  const person = (): Principal => principalOf(ids.next());
  /** Bytes as if somebody had stored them. */
  const content = (sizeBytes = 10): Content => {
    const id = ids.next();
    const made = { id, ownerId: id, sizeBytes, sha256: id.padStart(64, '0') };
    contents.set(id, made);
    return made;
  };
  /** Another process on the same store. */
  const open = (): FilesFeature => createFiles(deps);
  return { clock, ids, records, contents, deps, person, content, open, files: open() };
}

export type FilesWorld = ReturnType<typeof filesWorld>;

/** The whole tree of a drive as it is listed: what lies at each path. */
export async function dumpTree(files: FilesFeature, who: Principal): Promise<Map<string, ShownNode>> {
  const found = new Map<string, ShownNode>();
  const folders: { id: Id; path: string }[] = [{ id: who.userId, path: '' }];
  for (const { id, path } of folders) {
    let cursor: string | undefined;
    do {
      const page = await files.list(who, { id }, { limit: 100, cursor });
      for (const item of page.items) {
        const at = `${path}/${item.entry!.name}`;
        found.set(at, item);
        if (item.entry!.kind === 'folder') folders.push({ id: item.id, path: at });
      }
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
  }
  return found;
}

/** What a tree comes to for comparing: a content's id at each file's path. */
export const plainTree = (tree: ReadonlyMap<string, ShownNode>): Record<string, string> =>
  Object.fromEntries([...tree].map(([path, { entry }]) => [path, entry!.content?.id ?? 'folder']).sort());
