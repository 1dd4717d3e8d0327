export interface FilteredPage<Item> {
  items: Item[];
  /** The last key examined, from which the next page goes on; null at the end. */
  next: string | null;
}

export interface FilteredPageOptions<Row, Item> {
  /** How many items a page holds. */
  limit: number;
  /** Where the last page ended, exclusive. */
  from: string | undefined;
  /** At most `limit` rows beyond a key; fewer only at the end of the list. */
  read(from: string | undefined, limit: number): Promise<Row[]>;
  /** What each row comes to for this viewer; undefined where it is hidden. */
  show(rows: readonly Row[]): Promise<readonly (Item | undefined)[]>;
  keyOf(row: Row): string;
}

/** A page may come short after this many rows, so that a long run of hidden ones costs no request its time. */
export const examinedRowsMax = 5000;
const batchRowsMax = 500;

/**
 * A full page of what a viewer may see, read past whatever is hidden. It looks ahead for one item more, so
 * `next` is null exactly when nothing visible follows (unless `examinedRowsMax` ended the search).
 */
export async function fillPage<Row, Item>({
  limit,
  from,
  read,
  show,
  keyOf,
}: FilteredPageOptions<Row, Item>): Promise<FilteredPage<Item>> {
  const items: Item[] = [];
  let position = from;
  let batchRows = limit + 1;
  for (let examined = 0; examined < examinedRowsMax; batchRows = Math.min(batchRows * 4, batchRowsMax)) {
    const rows = await read(position, batchRows);
    const shown = await show(rows);
    for (const [i, row] of rows.entries()) {
      const item = shown[i];
      if (item !== undefined) {
        if (items.length === limit) return { items, next: position ?? null };
        items.push(item);
      }
      position = keyOf(row);
    }
    if (rows.length < batchRows) return { items, next: null };
    examined += rows.length;
  }
  return { items, next: position ?? null };
}
