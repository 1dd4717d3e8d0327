import { LRUCache } from 'lru-cache';

const keptCharactersMax = 24 * 1024 * 1024;
/** What keeping a row takes beside its name and text, roughly, in characters of one byte. */
const entryCharacters = 160;

/** A row as it stands in the database. */
export type StoredRow = readonly [text: string, version: number];

/** Where there is none. */
export const absent: StoredRow = ['', 0];

/**
 * What was found lately, kept until a commit that writes it is issued. From then on until the outcome is known it is
 * read from the database: so what is kept is what every snapshot holds that could be read meanwhile, and who sees a part
 * of a commit sees all of it.
 */
export class KeptRows {
  readonly #rows = new LRUCache<string, StoredRow>({
    // By size, because an LRUCache with `max` takes its whole memory at once.
    maxSize: keptCharactersMax,
    sizeCalculation: ([text], name) => text.length + name.length + entryCharacters,
  });
  readonly #changing = new Map<string, number>();

  find(name: string): StoredRow | undefined {
    return this.#rows.get(name);
  }

  /** To be called as soon as it was read. */
  keep(name: string, row: StoredRow): void {
    if (!this.#changing.has(name)) this.#rows.set(name, row);
  }

  /** A commit that writes these was issued. */
  begin(names: readonly string[]): void {
    for (const name of names) {
      this.#rows.delete(name);
      this.#changing.set(name, (this.#changing.get(name) ?? 0) + 1);
    }
  }

  /** Its outcome is known, and snapshots taken before are read from no more. */
  end(names: readonly string[]): void {
    for (const name of names) {
      const left = this.#changing.get(name)! - 1;
      if (left === 0) this.#changing.delete(name);
      else this.#changing.set(name, left);
    }
  }
}

export const rowName = (table: string, key: readonly string[]): string =>
  key.length === 1 ? `${table}\0${key[0]}` : `${table}\0${key.join('\0')}`;
