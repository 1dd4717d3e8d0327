import { firstIdAt } from '../../lib/ids.ts';
import type { Clock } from '../../ports/clock/clock.ts';
import type { Key, ListOptions } from '../../ports/records/records.ts';
import { type CqlSession, numberOf, one, UnknownOutcome } from './cql.ts';
import { joinParts } from './keys.ts';
import { type ColumnsLayout, isSplit, keyValues, matches } from './layout.ts';

/**
 * Where a wide plain table's partitions are cut. Such tables begin their clustering with an id, so a partition that has
 * grown is cut by time: from the id `start` on, rows lie in a partition of their own.
 *
 * A row's place follows from its id and the cuts alone, so every process must know a cut before the first id beyond it
 * is minted. Therefore a cut is made `leadMs` ahead of the clock, every process reads the cuts again before what it
 * knows is `trustMs` old, and a cut counts only where Cassandra's own clock, at the moment it was written, stood at
 * least `noticeMs` before it: one sent late, by a process that had slept, counts for nobody. Cuts are written and read
 * serially, so none comes to light later than the next reading. `noticeMs` above `trustMs` leaves room for clocks that
 * differ (see sweep.ts) and for ids that run ahead in a burst.
 */
export interface StretchesOptions {
  session: CqlSession;
  clock: Clock;
  onError?: (error: unknown) => void;
  /** Rows of one stretch, about: more come while a cut is on its way. */
  rowsMax?: number;
  /** One write in so many looks how large its stretch is. */
  sampleEvery?: number;
  leadMs?: number;
}

const rowsMaxDefault = 50_000;
/** Counting reads up to `rowsMax` keys, so a write costs a dozen keys read in the background. */
const sampleEveryDefault = 4096;
const leadMsDefault = 300_000;
const countPage = 5000;
const cutsPage = 5000;
const list = 'all';

export const stretchesDdl = `CREATE TABLE IF NOT EXISTS stretches (list text, divided text, start text, made bigint,
  PRIMARY KEY ((list), divided, start))`;

export class Stretches {
  readonly #options: Required<StretchesOptions>;
  /** Of each partition that was cut: where, in order. */
  #cuts = new Map<string, string[]>();
  #readAt = { wallMs: Number.NEGATIVE_INFINITY, monotonicMs: Number.NEGATIVE_INFINITY };
  #reading: Promise<void> | undefined;
  #looking: Promise<void> | undefined;

  constructor(options: StretchesOptions) {
    this.#options = {
      onError: () => {},
      rowsMax: rowsMaxDefault,
      sampleEvery: sampleEveryDefault,
      leadMs: leadMsDefault,
      ...options,
    };
  }

  get #noticeMs(): number {
    return this.#options.leadMs * 0.9;
  }
  get #trustMs(): number {
    return this.#options.leadMs * 0.7;
  }

  /** To be awaited before asking where rows lie; undefined where what is known can be trusted. */
  ready(): Promise<void> | undefined {
    const ageMs = this.#ageMs();
    if (ageMs > this.#trustMs) return this.#read();
    if (ageMs > this.#trustMs / 4) this.#read().catch(this.#options.onError);
    return undefined;
  }

  /** By both clocks: one stands still while the machine sleeps, the other may be set back. */
  #ageMs(): number {
    const { clock } = this.#options;
    return Math.max(clock.nowMs() - this.#readAt.wallMs, clock.monotonicMs() - this.#readAt.monotonicMs);
  }

  /** The start of the stretch in which a row lies; `''` is the first one's. O(log cuts). */
  of(layout: ColumnsLayout, key: Key): string {
    const count = layout.partition.length;
    const cuts = isSplit(layout) ? this.#cuts.get(nameOf(layout, key)) : undefined;
    return cuts === undefined ? '' : stretchAt(cuts, key[count]!);
  }

  /** The stretches of a partition in which such rows may lie, in the order asked for. */
  within(layout: ColumnsLayout, prefix: Key, { after, before, reverse }: Partial<ListOptions>): string[] {
    if (!isSplit(layout)) return [''];
    if (prefix.length > layout.partition.length) return [this.of(layout, prefix)];
    const cuts = this.#cuts.get(nameOf(layout, prefix));
    if (cuts === undefined) return [''];
    // Nobody has minted ids of the time after that yet.
    const newest = firstIdAt(this.#options.clock.nowMs() + this.#noticeMs - this.#trustMs);
    const first = after === undefined ? '' : stretchAt(cuts, after);
    const found = ['', ...cuts].filter(
      (start) => start >= first && start <= newest && (before === undefined || start < before),
    );
    return reverse ? found.reverse() : found;
  }

  /** A row was written there: it may be time for a cut. Costs nothing here but now and then. */
  written(layout: ColumnsLayout, key: Key): void {
    const { clock, sampleEvery, onError } = this.#options;
    if (this.#looking || !isSplit(layout) || clock.random() * sampleEvery >= 1) return;
    this.#looking = this.#cutIfLarge(layout, key)
      .catch(onError)
      .finally(() => {
        this.#looking = undefined;
      });
  }

  /** Resolves when nothing is going on in the background. */
  async idle(): Promise<void> {
    await this.#looking;
    await this.#reading?.catch(() => {});
  }

  async #cutIfLarge(layout: ColumnsLayout, key: Key): Promise<void> {
    await this.ready();
    const { clock, leadMs, rowsMax, session } = this.#options;
    const divided = nameOf(layout, key);
    const newest = this.#cuts.get(divided)?.at(-1) ?? '';
    // Either a cut is on its way, or this row lies in a stretch that grows no more.
    if (newest !== this.of(layout, key) || newest > firstIdAt(clock.nowMs())) return;
    if ((await this.#count(layout, key, newest)) < rowsMax) return;
    const start = firstIdAt(clock.nowMs() + leadMs);
    const cql = `INSERT INTO stretches (list, divided, start, made) VALUES (?, ?, ?, tounixtimestamp(now()))
      IF NOT EXISTS`;
    const statements = [{ cql, params: [list, divided, start] }];
    try {
      await session.run({ kind: 'stretch', statements, conditional: true });
    } catch (error) {
      // The next reading is serial, and shows whether it is there.
      if (!(error instanceof UnknownOutcome)) throw error;
    }
    await this.#read();
  }

  /** Rows of a stretch, counted up to `rowsMax`. */
  async #count(layout: ColumnsLayout, key: Key, start: string): Promise<number> {
    const { rowsMax, session } = this.#options;
    const partition = key.slice(0, layout.partition.length);
    const cql = `SELECT ${layout.clustering[0]!} FROM ${layout.cql} WHERE ${matches(layout.partition)} LIMIT ${rowsMax}`;
    let count = 0;
    let pageState: string | undefined;
    do {
      const params = keyValues(layout, partition, start);
      const answer = await session.run(one('stretch', cql, params, { fetchSize: countPage, pageState }));
      count += answer.rows.length;
      pageState = answer.pageState;
    } while (pageState !== undefined);
    return count;
  }

  #read(): Promise<void> {
    this.#reading ??= this.#readAll().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  async #readAll(): Promise<void> {
    const { session, clock } = this.#options;
    const readAt = { wallMs: clock.nowMs(), monotonicMs: clock.monotonicMs() };
    const cuts = new Map<string, string[]>();
    const cql = 'SELECT divided, start, made FROM stretches WHERE list = ?';
    let pageState: string | undefined;
    do {
      const answer = await session.run(
        one('stretch', cql, [list], { level: 'serial', fetchSize: cutsPage, pageState }),
      );
      for (const row of answer.rows) {
        const start = row['start'] as string;
        if (start < firstIdAt(numberOf(row['made'])! + this.#noticeMs)) continue;
        const divided = row['divided'] as string;
        const known = cuts.get(divided);
        if (known) known.push(start);
        else cuts.set(divided, [start]);
      }
      pageState = answer.pageState;
    } while (pageState !== undefined);
    this.#cuts = cuts;
    this.#readAt = readAt;
  }
}

const nameOf = ({ table, partition }: ColumnsLayout, key: Key): string =>
  joinParts([table.name, ...key.slice(0, partition.length)]);

/** The last start that is not above `part`. */
function stretchAt(cuts: readonly string[], part: string): string {
  let from = 0;
  let to = cuts.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (cuts[middle]! <= part) from = middle + 1;
    else to = middle;
  }
  return from === 0 ? '' : cuts[from - 1]!;
}
