import { pause } from '../../lib/waiting.ts';
import type { Home, StoredRow } from './conditional-rows.ts';
import { type CqlRow, type CqlSession, numberOf, one, type Statement, UnknownOutcome } from './cql.ts';
import { markerFamily } from './layout.ts';

/**
 * A commit's marker lies in the partition where it decides, written by the very batch that decides. It is the
 * decision: `committed` stands for ever done, `aborted` for never. Whoever must know the outcome of a commit of
 * somebody else writes `aborted`, and by that either ends the commit or learns that it is committed.
 */
export type Outcome = { is: 'committed'; stamp: number } | { is: 'aborted' };

/** Above the time an outbox row is kept: whoever finds the row can still find the decision. */
export const markerTtlSeconds = 9 * 86_400;
const attemptsMax = 5;
/** How long an older commit may take to decide before a younger one ends it. */
const patienceMs = 400;
const patienceStepMs = 25;

export function markerStatement(home: Home, id: string, stamp: number): Statement {
  return insertMarker(home, id, 'committed', stamp);
}

const insertMarker = (home: Home, id: string, value: string, stamp: number): Statement => ({
  cql: `INSERT INTO ${home.table} (partition, family, key, value, stamp) VALUES (?, ?, ?, ?, ?)
    IF NOT EXISTS USING TTL ${markerTtlSeconds}`,
  params: [home.partition, markerFamily, id, value, BigInt(stamp)],
});

export const outcomeOf = (row: CqlRow): Outcome =>
  row['value'] === 'committed' ? { is: 'committed', stamp: numberOf(row['stamp'])! } : { is: 'aborted' };

export class Markers {
  #session: CqlSession;
  #random: () => number;

  constructor(session: CqlSession, random: () => number) {
    this.#session = session;
    this.#random = random;
  }

  /** At `serial` an undecided commit cannot turn out to have been committed before this was asked. */
  async read(home: Home, id: string, level: 'quorum' | 'serial'): Promise<Outcome | undefined> {
    const cql = `SELECT value, stamp FROM ${home.table} WHERE partition = ? AND family = ? AND key = ?`;
    const params = [home.partition, markerFamily, id];
    const { rows } = await this.#session.run(one('marker', cql, params, { level }));
    return rows[0] && outcomeOf(rows[0]);
  }

  /** Ends the commit unless it is committed. Asked again after a time-out it gives the same answer. */
  async abort(home: Home, id: string): Promise<Outcome> {
    const statement = insertMarker(home, id, 'aborted', 0);
    for (let attempt = 1; ; attempt++) {
      try {
        const answer = await this.#session.run({
          kind: 'marker',
          statements: [statement],
          conditional: true,
        });
        return answer.applied ? { is: 'aborted' } : outcomeOf(answer.rows[0]!);
      } catch (error) {
        if (!(error instanceof UnknownOutcome) || attempt >= attemptsMax) throw error;
        await pause(attempt * 20 * (0.5 + this.#random()));
      }
    }
  }

  /**
   * The outcome of the commit that holds a claim, deciding it if need be. The older of two commits goes first: a
   * younger one gives it a moment, an older one ends the younger at once, so they never wait for each other.
   */
  async settle(row: StoredRow, ownId: string): Promise<Outcome> {
    const tx = row.tx!;
    const home = row.home!;
    if (row.confirmed === tx) return { is: 'committed', stamp: row.confirmedAt ?? 0 };
    const waitsMax = tx < ownId ? patienceMs / patienceStepMs : 0;
    for (let waits = 0; ; waits++) {
      const outcome = await this.read(home, tx, 'serial');
      if (outcome) return outcome;
      if (waits >= waitsMax) return this.abort(home, tx);
      await pause(patienceStepMs * (0.5 + this.#random()));
    }
  }

  /** Which of these claims stand now, without deciding anything: an undecided commit is not acknowledged either. */
  async standing(rows: readonly StoredRow[]): Promise<Set<StoredRow>> {
    const standing = new Set<StoredRow>();
    await Promise.all(
      rows.map(async (row) => {
        const outcome =
          row.confirmed === row.tx ? { is: 'committed' } : await this.read(row.home!, row.tx!, 'quorum');
        if (outcome?.is === 'committed') standing.add(row);
      }),
    );
    return standing;
  }

  /** Forgets the markers of a partition before that id. The caller knows that nobody will ask for them again. */
  async trim(home: Home, beforeId: string, atMs: number): Promise<void> {
    const cql = `DELETE FROM ${home.table} USING TIMESTAMP ? WHERE partition = ? AND family = ? AND key < ?`;
    const params = [BigInt(atMs * 1000), home.partition, markerFamily, beforeId];
    await this.#session.run(one('trim', cql, params));
  }
}
