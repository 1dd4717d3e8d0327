import type { Id } from '../../lib/ids.ts';
import { type CqlSession, numberOf, one, textOf } from './cql.ts';

/** How far the sweep has come, for all processes together. */
export interface SweepState {
  /** Of every commit up to here it is known what became of it, and what follows it is written. */
  settledUpTo: Id | '';
  /** Up to here hints are published as well. */
  publishedUpTo: Id | '';
}

const rowName = 'swept';
const leaseName = 'sweeper';
const leaseTtlSeconds = 20;

export class StoreState {
  #session: CqlSession;

  constructor(session: CqlSession) {
    this.#session = session;
  }

  async read(): Promise<SweepState> {
    const { rows } = await this.#session.run(
      one('sweep', 'SELECT value FROM store_state WHERE name = ?', [rowName]),
    );
    const text = textOf(rows[0]?.['value']);
    return text === undefined ? { settledUpTo: '', publishedUpTo: '' } : (JSON.parse(text) as SweepState);
  }

  async write(state: SweepState, atMs: number): Promise<void> {
    const cql = 'UPDATE store_state USING TIMESTAMP ? SET value = ? WHERE name = ?';
    await this.#session.run(one('sweep', cql, [BigInt(atMs * 1000), JSON.stringify(state), rowName]));
  }

  /** What time it is at the engine. */
  async serverMs(): Promise<number> {
    const cql = 'SELECT tounixtimestamp(now()) AS now FROM system.local';
    const { rows } = await this.#session.run(one('sweep', cql, []));
    return numberOf(rows[0]!['now'])!;
  }

  /** One process at a time needs to sweep. That two never do is not relied on. */
  async lease(holder: string): Promise<boolean> {
    for (const expected of [holder, null]) {
      const answer = await this.#session.run({
        kind: 'sweep',
        statements: [
          {
            cql: `UPDATE store_state USING TTL ${leaseTtlSeconds} SET value = ? WHERE name = ?
              IF value = ${expected === null ? 'null' : '?'}`,
            params: [holder, leaseName, ...(expected === null ? [] : [expected])],
          },
        ],
        conditional: true,
      });
      if (answer.applied) return true;
    }
    return false;
  }
}
