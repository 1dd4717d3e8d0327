import type { DatabaseSync, StatementSync } from 'node:sqlite';

type Value = string | number;

/** Prepared once each. Synchronous. */
export class Statements {
  readonly #database: DatabaseSync;
  readonly #prepared = new Map<string, StatementSync>();

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  run(sql: string, ...values: Value[]): void {
    const statement = this.#prepare(sql);
    // The row ids that the text index uses inside exceed what a number holds, and `run` answers the last one.
    statement.setReadBigInts(true);
    statement.run(...values);
  }
  get(sql: string, ...values: Value[]): unknown {
    return this.#prepare(sql).get(...values);
  }
  all(sql: string, ...values: Value[]): unknown[] {
    return this.#prepare(sql).all(...values);
  }
  /** To be read to its end, or left by `return`: until then it holds on to the state it began with. */
  iterate(sql: string, ...values: Value[]): Iterable<unknown> {
    return this.#prepare(sql).iterate(...values);
  }

  #prepare(sql: string): StatementSync {
    const known = this.#prepared.get(sql) ?? this.#database.prepare(sql);
    this.#prepared.set(sql, known);
    return known;
  }
}
