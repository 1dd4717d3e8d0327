import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** Rows remembered within one turn. */
const rowsMax = 512;

/**
 * The reads of one turn of the event loop share a transaction: taking and giving back the locks of the write-ahead log
 * costs as much as finding a row, and what a turn asks for twice is found once. It has to end before anybody is told
 * of a newer commit, so that whoever was told reads it.
 */
export class ReadTurn<Found extends object> {
  readonly #db: DatabaseSync;
  readonly #begin: StatementSync;
  readonly #commit: StatementSync;
  readonly #rows = new Map<string, Found>();
  #isOpen = false;
  readonly #endSoon = () => this.end();

  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#begin = db.prepare('BEGIN');
    this.#commit = db.prepare('COMMIT');
  }

  /** To be called before each read. */
  begin(): void {
    if (this.#isOpen) return;
    this.#begin.run();
    this.#isOpen = true;
    setImmediate(this.#endSoon);
  }

  /** What was found under that name in this turn, or what is found now. */
  once(name: string, find: () => Found): Found {
    this.begin();
    const known = this.#rows.get(name);
    if (known !== undefined) return known;
    const found = find();
    if (this.#rows.size < rowsMax) this.#rows.set(name, found);
    return found;
  }

  end(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#rows.clear();
    // After some failures the engine has ended it.
    if (this.#db.isTransaction) this.#commit.run();
  }
}
