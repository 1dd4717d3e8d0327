import { type Id, idTimeMs, idToNumber } from '../../lib/ids.ts';
import { type CounterRow, foldPlan } from './counter-sum.ts';
import { type CqlSession, textOf } from './cql.ts';
import { joinParts } from './keys.ts';
import { type ColumnsLayout, keyValues, matches } from './layout.ts';

/** Fewer deltas are not worth a conditional write. */
const deltasMinDefault = 64;
const foldsAtOnce = 4;
const waitingMax = 1000;
/** A floor is raised only by so much: see `fold`. */
const floorStepMs = 10_000;

export interface FolderOptions {
  session: CqlSession;
  /** Every commit up to here is settled: nobody will add to, or write again, the deltas under its id. */
  settledUpTo: () => Promise<Id | ''>;
  deltasMin?: number | undefined;
}

/**
 * Takes up old deltas into their counter's base.
 *
 * Raising the floor and the number is one conditional write, so each delta is counted once, by itself or in the base.
 * The deltas below the floor are removed by the next fold and not by this one: a reader who put together an old base
 * and new deltas from two replicas would miss them. They are removed as one range stamped by the floor's id, as the
 * deltas are by theirs: so a delta written again, late, stays removed, and one above the floor is never touched.
 */
export class CounterFolder {
  #options: FolderOptions;
  #waiting = new Map<string, { layout: ColumnsLayout; key: string[] }>();
  #running = new Set<Promise<void>>();
  #folds = 0;
  #failures = 0;

  constructor(options: FolderOptions) {
    this.#options = options;
  }

  stats() {
    return { folds: this.#folds, foldFailures: this.#failures };
  }

  /** To be told of counters that are read; those of many deltas are folded soon. */
  read(layout: ColumnsLayout, key: string[], rows: readonly CounterRow[]): void {
    const { deltasMin = deltasMinDefault } = this.#options;
    if (rows.length <= deltasMin || this.#waiting.size >= waitingMax) return;
    this.#waiting.set(`${layout.cql}\0${joinParts(key)}`, { layout, key });
    while (this.#running.size < foldsAtOnce && this.#running.size < this.#waiting.size) {
      const lane: Promise<void> = this.#work().finally(() => this.#running.delete(lane));
      this.#running.add(lane);
    }
  }

  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  async #work(): Promise<void> {
    for (;;) {
      const next = this.#waiting.entries().next().value;
      if (!next) return;
      this.#waiting.delete(next[0]);
      try {
        if (await this.fold(next[1].layout, next[1].key)) this.#folds++;
      } catch {
        this.#failures++;
      }
    }
  }

  /** Answers whether the base was raised. */
  async fold(layout: ColumnsLayout, key: string[]): Promise<boolean> {
    const { session, settledUpTo, deltasMin = deltasMinDefault } = this.#options;
    const settled = await settledUpTo();
    if (settled === '') return false;
    const at = keyValues(layout, key);
    const where = matches([...layout.partition, ...layout.clustering]);
    const rows = await this.#rows(layout, where, at);
    const plan = foldPlan(rows, settled, deltasMin);
    if (!plan) return false;
    if (plan.oldFloor !== undefined) {
      if (idTimeMs(plan.floor) < idTimeMs(plan.oldFloor) + floorStepMs) return false;
      const cql = `DELETE FROM ${layout.cql} USING TIMESTAMP ? WHERE ${where} AND tx > '' AND tx <= ?`;
      const params = [BigInt(idToNumber(plan.oldFloor)), ...at, plan.oldFloor];
      await session.run({ kind: 'fold', statements: [{ cql, params }] });
    }
    const condition = plan.oldFloor === undefined ? 'IF floor = null' : 'IF floor = ?';
    const old = plan.oldFloor === undefined ? [] : [plan.oldFloor];
    const answer = await session.run({
      kind: 'fold',
      statements: [
        {
          cql: `UPDATE ${layout.cql} SET value = ?, floor = ? WHERE ${where} AND tx = '' ${condition}`,
          params: [plan.value, plan.floor, ...at, ...old],
        },
      ],
      conditional: true,
    });
    return answer.applied;
  }

  async #rows(layout: ColumnsLayout, where: string, at: string[]): Promise<CounterRow[]> {
    const { session } = this.#options;
    const found: CounterRow[] = [];
    let pageState: string | undefined;
    do {
      const cql = `SELECT tx, value, floor FROM ${layout.cql} WHERE ${where}`;
      const answer = await session.run({
        kind: 'fold',
        statements: [{ cql, params: at }],
        fetchSize: 2000,
        pageState,
      });
      for (const row of answer.rows) {
        found.push({
          tx: row['tx'] as string,
          value: textOf(row['value']) ?? 'null',
          floor: textOf(row['floor']) ?? '',
        });
      }
      pageState = answer.pageState;
    } while (pageState !== undefined);
    return found;
  }
}
