/** Whole trees of the past, and what a test's engine holds. */
import type { Principal } from '../../lib/principal.ts';
import type { Records, Row, Table } from '../../ports/records/records.ts';
import type { Drive } from './context.ts';
import type { FilesFeature } from './files.ts';
import type { Moment } from './moment.ts';
import { listAt } from './past.ts';
import { sorted } from './test-model.ts';

/** The tree as it was, from the rows' spans. */
export async function treeAt({ view, id: rootId }: Drive, position: number): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  const folders = [{ id: rootId, path: '' }];
  for (const { id, path } of folders) {
    for (const { entry } of (await listAt(async () => view, id, position, { limit: 900 })).found) {
      const at = `${path}/${entry.name}`;
      found[at] = entry.content?.id ?? 'folder';
      if (entry.kind === 'folder') folders.push({ id: entry.id, path: at });
    }
  }
  return sorted(found);
}

/** The same as whoever looks at a moment sees it. */
export async function pastTree(
  files: FilesFeature,
  who: Principal,
  moment: Moment,
): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  const folders = [''];
  for (const path of folders) {
    let cursor: string | undefined;
    do {
      const page = await files.pastFolder(who, moment, { path: path || '/', limit: 3, cursor });
      for (const { name, kind, content } of page.items) {
        found[`${path}/${name}`] = content?.id ?? 'folder';
        if (kind === 'folder') folders.push(`${path}/${name}`);
      }
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
  }
  return sorted(found);
}

const keyOf = (path: string) => path.normalize('NFC').toLowerCase();

/** A tree in which what lies at a path is what lay there then. */
export function replaced(now: Record<string, string>, then: Record<string, string>, path: string) {
  const isBelow = (each: string) => keyOf(each) === keyOf(path) || keyOf(each).startsWith(`${keyOf(path)}/`);
  const kept = Object.entries(now).filter(([each]) => !isBelow(each));
  const names = path.split('/').slice(1);
  const above: string[] = [];
  // Folders on the way keep the case they have now.
  let prefix = '';
  for (const name of names.slice(0, -1)) {
    const there = kept.find(([each]) => keyOf(each) === keyOf(`${prefix}/${name}`))?.[0];
    prefix = there ?? `${prefix}/${name}`;
    if (!there) above.push(prefix);
  }
  const moved = Object.entries(then)
    .filter(([each]) => each === path || each.startsWith(`${path}/`))
    .map(([each, what]) => [`${prefix}/${each.split('/').slice(names.length).join('/')}`, what] as const);
  return Object.fromEntries([...kept, ...above.map((each) => [each, 'folder'] as const), ...moved]);
}

export async function all<V extends object>(records: Records, table: Table<V>): Promise<Row<V>[]> {
  const found: Row<V>[] = [];
  let cursor: string | undefined;
  do {
    const { rows, next } = await records.scan(table, { cursor, limit: 1000 });
    found.push(...rows);
    cursor = next;
  } while (cursor !== undefined);
  return found;
}
