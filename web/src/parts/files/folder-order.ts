import type { FileNode } from '../../../../sdk/schema.ts';
import { localeName } from '../../i18n/translate.ts';

export type FolderOrder = 'name' | 'time' | 'size';

/** As people read names: `2` before `10`, folders before files. */
export function ordered(items: readonly FileNode[], order: FolderOrder): FileNode[] {
  const names = new Intl.Collator(localeName(), { numeric: true });
  const byName = (a: FileNode, b: FileNode) => names.compare(a.name, b.name);
  const folderFirst = (a: FileNode, b: FileNode) => Number(b.kind === 'folder') - Number(a.kind === 'folder');
  const by: Readonly<Record<FolderOrder, (a: FileNode, b: FileNode) => number>> = {
    name: (a, b) => folderFirst(a, b) || byName(a, b),
    time: (a, b) => b.modifiedAt.localeCompare(a.modifiedAt) || byName(a, b),
    size: (a, b) => b.sizeBytes - a.sizeBytes || byName(a, b),
  };
  return items.toSorted(by[order]);
}
