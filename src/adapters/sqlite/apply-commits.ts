import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { describe, failureKind } from './failures.ts';
import { marks, matches, quoted, type TableLayout } from './layout.ts';
import {
  type Batch,
  type BatchAnswer,
  type ExistingRow,
  type Fields,
  fieldShape,
  type Operation,
  operationOf,
  type operations,
  tableOf,
} from './wire.ts';

type Outcome = Pick<BatchAnswer, 'positions' | 'conflicts' | 'failures'>;

/** One operation on one table, prepared. */
interface Step {
  operation: Operation;
  layout: TableLayout;
  count: number;
  keyAt: number;
  conditional: boolean;
  statement: StatementSync;
  find: StatementSync;
}

/**
 * Carries out the commits of a group of batches inside the caller's transaction. Each commit has a savepoint,
 * so that one which is refused leaves no trace and its neighbours stand.
 */
export class CommitApplier {
  #db: DatabaseSync;
  #layouts: readonly TableLayout[];
  #steps: Step[] = [];
  #head: number;
  #savepoint: StatementSync;
  #release: StatementSync;
  #undo: StatementSync;
  #appendHint: StatementSync;
  #storeGroup: StatementSync;
  #storeLastId: StatementSync;
  // The place in the fields of the batch being read.
  #fields: Fields = [];
  #at = 0;

  constructor(db: DatabaseSync, layouts: readonly TableLayout[]) {
    this.#db = db;
    this.#layouts = layouts;
    this.#savepoint = db.prepare('SAVEPOINT one');
    this.#release = db.prepare('RELEASE one');
    this.#undo = db.prepare('ROLLBACK TO one');
    this.#appendHint = db.prepare(
      'INSERT INTO log (position, at_ms, kind, key, data) VALUES (?, ?, ?, ?, ?)',
    );
    this.#storeGroup = db.prepare(
      'INSERT INTO log_groups VALUES (?, ?) ON CONFLICT DO UPDATE SET position = excluded.position',
    );
    this.#storeLastId = db.prepare(
      "INSERT INTO meta VALUES ('last_id', ?) ON CONFLICT DO UPDATE SET value = excluded.value",
    );
    this.#head = storedHead(db);
  }

  /** Throws if the transaction as a whole cannot go on; the caller rolls it back and calls `rolledBack`. */
  apply(batches: readonly Batch[]): Outcome {
    const count = batches.reduce((sum, batch) => sum + batch.commits, 0);
    const outcome: Outcome = { positions: new Float64Array(count), conflicts: [], failures: [] };
    let index = 0;
    let lastId: string | undefined;
    for (const batch of batches) {
      this.#fields = batch.fields;
      this.#at = 0;
      for (let i = 0; i < batch.commits; i++) this.#applyOne(index++, batch.atMs, outcome);
      for (let i = 0; i < batch.positions.length; i += 2)
        this.#storeGroup.run(batch.positions[i]!, batch.positions[i + 1]!);
      lastId = batch.lastId ?? lastId;
    }
    if (lastId !== undefined) this.#storeLastId.run(lastId);
    return outcome;
  }

  rolledBack(): void {
    this.#head = storedHead(this.#db);
  }

  #applyOne(index: number, atMs: number, outcome: Outcome): void {
    const start = this.#at;
    const headBefore = this.#head;
    this.#savepoint.run();
    try {
      const conflict = this.#applyWrites();
      if (conflict === undefined) {
        this.#appendHints(atMs);
        this.#release.run();
        outcome.positions[index] = this.#head;
        return;
      }
      this.#undoOne(start, headBefore);
      outcome.conflicts.push({ commit: index, ...conflict, existing: this.#existing(start, conflict.write) });
    } catch (error) {
      if (failureKind(error) !== 'refused' || !this.#db.isTransaction) throw error;
      this.#undoOne(start, headBefore);
      outcome.failures.push({ commit: index, message: describe(error) });
    }
    this.#skipOne(start);
  }

  #undoOne(start: number, head: number): void {
    this.#undo.run();
    this.#release.run();
    this.#at = start;
    this.#head = head;
  }

  /** Answers the index of the write whose condition failed. */
  #applyWrites(): { write: number } | undefined {
    const writes = this.#next() as number;
    for (let i = 0; i < writes; i++) {
      const step = this.#step(this.#next() as number);
      const fields = this.#fields.slice(this.#at, this.#at + step.count);
      this.#at += step.count;
      if (step.operation === 'add') this.#add(step, fields);
      else if (Number(step.statement.run(...fields).changes) === 0 && step.conditional) return { write: i };
    }
    return undefined;
  }

  #add({ statement, find }: Step, fields: Fields): void {
    const key = fields.slice(0, -1);
    const found = find.get(...key) as unknown as [string, number] | undefined;
    const sum = (found ? JSON.parse(found[0]) : {}) as Record<string, number>;
    const deltas = JSON.parse(fields.at(-1) as string) as Record<string, number>;
    for (const [name, delta] of Object.entries(deltas)) sum[name] = (sum[name] ?? 0) + delta;
    statement.run(...key, JSON.stringify(sum));
  }

  #appendHints(atMs: number): void {
    const hints = this.#next() as number;
    for (let i = 0; i < hints; i++) {
      this.#appendHint.run(++this.#head, atMs, this.#next(), this.#next(), this.#next());
    }
  }

  #existing(start: number, write: number): ExistingRow | undefined {
    this.#at = start + 1;
    for (let i = 0; i < write; i++) this.#at += 1 + this.#step(this.#fields[this.#at] as number).count;
    const { find, keyAt, layout } = this.#step(this.#next() as number);
    const key = this.#fields.slice(this.#at + keyAt, this.#at + keyAt + layout.parts.length) as string[];
    const found = find.get(...key) as unknown as [string, number] | undefined;
    return found && { key, text: found[0], version: found[1] };
  }

  #skipOne(start: number): void {
    this.#at = start;
    const writes = this.#next() as number;
    for (let i = 0; i < writes; i++) this.#at += 1 + this.#step(this.#fields[this.#at] as number).count;
    this.#at += 1 + 3 * (this.#fields[this.#at] as number);
  }

  #next(): string | number {
    return this.#fields[this.#at++]!;
  }

  #step(code: number): Step {
    this.#steps[code] ??= prepareStep(this.#db, operationOf(code), this.#layouts[tableOf(code)]!);
    return this.#steps[code];
  }
}

function prepareStep(db: DatabaseSync, operation: Operation, layout: TableLayout): Step {
  const find = db.prepare(`SELECT value, version FROM "${layout.name}" WHERE ${matches(layout.parts)}`);
  find.setReturnArrays(true);
  return {
    operation,
    layout,
    ...fieldShape(operation, layout),
    conditional: operation === 'insert' || operation === 'replace' || operation === 'removeAt',
    statement: db.prepare(statementSql(operation, layout)),
    find,
  };
}

function statementSql(operation: (typeof operations)[number], { name, parts }: TableLayout): string {
  const insert = `INSERT INTO "${name}" (${quoted(parts)}, value, version) VALUES (${marks(parts.length + 1)}, 1) ON CONFLICT`;
  switch (operation) {
    case 'insert':
      return `${insert} DO NOTHING`;
    case 'put':
    case 'add':
      return `${insert} DO UPDATE SET value = excluded.value`;
    case 'replace':
      return `UPDATE "${name}" SET value = ?, version = version + 1 WHERE ${matches(parts)} AND version = ?`;
    case 'remove':
      return `DELETE FROM "${name}" WHERE ${matches(parts)}`;
    case 'removeAt':
      return `DELETE FROM "${name}" WHERE ${matches(parts)} AND version = ?`;
  }
}

/** Positions are never given twice, because trimming keeps the newest entry. */
const storedHead = (db: DatabaseSync) =>
  Number(db.prepare('SELECT coalesce(max(position), 0) AS head FROM log').get()!['head']);
