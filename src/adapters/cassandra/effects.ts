import { eachLimited } from '../../lib/each-limited.ts';
import { idToNumber } from '../../lib/ids.ts';
import { encodeDelta } from './counter-sum.ts';
import type { CqlSession, Statement } from './cql.ts';
import { type ColumnsLayout, keyValues, type Layouts, matches } from './layout.ts';
import type { Effect } from './plan.ts';
import type { Stretches } from './stretches.ts';

/** Requests of one commit under way at once. */
const atOnceMax = 32;

/** Where an effect takes place. */
interface Home {
  layout: ColumnsLayout;
  stretch: string;
}

const columnsOf = ({ partition, clustering }: ColumnsLayout) => [...partition, ...clustering];

function effectStatement(
  effect: Effect,
  { layout, stretch }: Home,
  { id, stamp }: { id: string; stamp: number },
): Statement {
  const key = keyValues(layout, effect.key, stretch);
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
  { session, layouts, stretches }: { session: CqlSession; layouts: Layouts; stretches: Stretches },
  effects: readonly Effect[],
  commit: { id: string; stamp: number },
): Promise<void> {
  await stretches.ready();
  const batches = new Map<string, Statement[]>();
  for (const effect of effects) {
    const layout = layouts.columns(effect.table);
    const partition = effect.key.slice(0, layout.partition.length);
    const stretch = stretches.of(layout, effect.key);
    const place = [layout.cql, stretch, ...partition].join('\0');
    const batch = batches.get(place) ?? [];
    batch.push(effectStatement(effect, { layout, stretch }, commit));
    batches.set(place, batch);
  }
  await eachLimited([...batches.values()], atOnceMax, async (statements) => {
    await session.run({ kind: 'then', statements });
  });
  for (const { kind, table, key } of effects)
    if (kind === 'put') stretches.written(layouts.columns(table), key);
}
