import { eachLimited } from '../../lib/each-limited.ts';
import { idToNumber } from '../../lib/ids.ts';
import { encodeDelta } from './counter-sum.ts';
import type { CqlSession, Statement } from './cql.ts';
import { type ColumnsLayout, keyValues, type Layouts, matches } from './layout.ts';
import type { Effect } from './plan.ts';

/** Requests of one commit under way at once. */
const atOnceMax = 32;

const columnsOf = ({ partition, clustering }: ColumnsLayout) => [...partition, ...clustering];

function effectStatement(effect: Effect, layout: ColumnsLayout, id: string, stamp: number): Statement {
  const key = keyValues(layout, effect.key);
  const columns = columnsOf(layout);
  const marks = columns.map(() => '?').join(', ');
  switch (effect.kind) {
    case 'put':
      return {
        cql: `INSERT INTO ${layout.cql} (${columns.join(', ')}, value) VALUES (${marks}, ?) USING TIMESTAMP ?`,
        params: [...key, effect.text, BigInt(stamp)],
      };
    case 'remove':
      return {
        cql: `DELETE FROM ${layout.cql} USING TIMESTAMP ? WHERE ${matches(columns)}`,
        params: [BigInt(stamp), ...key],
      };
    // Stamped by the id: a delta is ordered against nothing but its own removal after it was folded.
    case 'delta':
      return {
        cql: `INSERT INTO ${layout.cql} (${columns.join(', ')}, tx, value) VALUES (${marks}, ?, ?)
          USING TIMESTAMP ?`,
        params: [...key, id, encodeDelta(effect.delta), BigInt(idToNumber(id))],
      };
  }
}

/** Writes what follows a commit. Repeating it, wholly or in part, changes nothing. */
export async function applyEffects(
  { session, layouts }: { session: CqlSession; layouts: Layouts },
  effects: readonly Effect[],
  { id, stamp }: { id: string; stamp: number },
): Promise<void> {
  const batches = new Map<string, Statement[]>();
  for (const effect of effects) {
    const layout = layouts.columns(effect.table);
    const partition = effect.key.slice(0, layout.partition.length);
    const place = [layout.cql, ...partition].join('\0');
    const batch = batches.get(place) ?? [];
    batch.push(effectStatement(effect, layout, id, stamp));
    batches.set(place, batch);
  }
  await eachLimited([...batches.values()], atOnceMax, async (statements) => {
    await session.run({ kind: 'then', statements });
  });
}
