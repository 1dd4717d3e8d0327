/** How high the rows of each list were, so that coming back, even by a reload, finds the same place at once. */
import type { VirtualItem } from '@tanstack/react-virtual';
import { keep, kept } from './keep.ts';

const storageKey = 'kith.own.measures';
const listsMax = 8;
const rowsMax = 500;

type Row = Pick<VirtualItem, 'key' | 'index' | 'start' | 'end' | 'size' | 'lane'>;
const lists = new Map<string, VirtualItem[]>(
  Object.entries(kept<Record<string, VirtualItem[]>>(storageKey, sessionStorage) ?? {}),
);
addEventListener('pagehide', () => keep(storageKey, Object.fromEntries(lists), sessionStorage));

export const measuresOf = (name: string): VirtualItem[] => lists.get(name) ?? [];

export function rememberMeasures(name: string, rows: readonly Row[]): void {
  lists.delete(name);
  const kept = rows.slice(0, rowsMax).map(({ key, index, start, end, size, lane }) => {
    return { key, index, start, end, size, lane };
  });
  lists.set(name, kept);
  const oldest = lists.keys().next().value;
  if (lists.size > listsMax && oldest !== undefined) lists.delete(oldest);
}
