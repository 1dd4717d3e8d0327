import type { Hint } from '../../ports/log/log.ts';
import type { Commit, Write } from '../../ports/records/records.ts';
import type { Home, RowWrite } from './conditional-rows.ts';
import { addSums, type Delta, type Sums } from './counter-sum.ts';
import { joinParts, partitionText } from './keys.ts';
import type { Layouts } from './layout.ts';

/** A conditional write, and the very object that asked for it. */
export interface PlannedWrite extends RowWrite {
  write: Write;
  /** Its place among claims and decisions: of several that fail the first is named. */
  index: number;
}

/** What follows a decision: unconditional and harmless to repeat. */
export type Effect =
  | { kind: 'put'; table: string; key: string[]; text: string }
  | { kind: 'remove'; table: string; key: string[] }
  | { kind: 'delta'; table: string; key: string[]; delta: Delta };

/** A commit taken apart. Nothing in it is shared with the caller but the writes' identity. */
export interface Plan {
  /** Claims in other partitions than where the commit decides. */
  claims: PlannedWrite[];
  /** All in `home`. */
  decisions: PlannedWrite[];
  /** Undefined where nothing is conditional: then the outbox row is the decision. */
  home: Home | undefined;
  effects: Effect[];
  hints: Hint[];
}

/**
 * Claims that lie where the commit decides join the decision: an idempotency key is in its person's partition, as what
 * the person does often is. Without a decision the first claim's partition is where the commit decides.
 */
export function planCommit({ claims = [], decide, then = [], hints }: Commit, layouts: Layouts): Plan {
  const conditional = decide.filter((each) => each.table.kind === 'conditional');
  const all = [...claims, ...conditional].map((each, index) => planWrite(each, index, layouts));
  const home = (all[claims.length] ?? all[0])?.home;
  const isHome = (each: PlannedWrite) =>
    each.home.table === home?.table && each.home.partition === home.partition;
  if (!all.slice(claims.length).every(isHome)) {
    throw new TypeError('a wide conditional table decides by itself');
  }
  const unconditional = decide.filter((each) => each.table.kind !== 'conditional');
  return {
    claims: all.filter((each) => !isHome(each)),
    decisions: all.filter(isHome),
    home,
    effects: effectsOf([...unconditional, ...then], layouts),
    hints: hints.map(({ kind, key, data }) => ({ kind, key, data: { ...data } })),
  };
}

function planWrite(write: Write, index: number, layouts: Layouts): PlannedWrite {
  const { table, key } = write;
  const count = table.partition.length;
  return {
    write,
    index,
    home: { table: layouts.conditional(table.name).cql, partition: partitionText(key.slice(0, count)) },
    family: table.name,
    key: joinParts(key.slice(count)),
    text: 'value' in write ? JSON.stringify(write.value) : undefined,
    version: 'version' in write ? write.version : undefined,
  };
}

/** One effect a row: the last write to a plain row counts, additions to a counter become one. */
function effectsOf(writes: readonly Write[], layouts: Layouts): Effect[] {
  const effects = new Map<string, Effect>();
  for (const write of writes) {
    const row = `${write.table.name}\0${joinParts(write.key)}`;
    const before = effects.get(row);
    layouts.columns(write.table.name);
    effects.delete(row);
    effects.set(row, effectOf(write, before));
  }
  return [...effects.values()];
}

function effectOf(write: Write, before: Effect | undefined): Effect {
  const at = { table: write.table.name, key: [...write.key] };
  if (write.op === 'add') {
    const earlier = before?.kind === 'delta' ? before.delta : { reset: false, sums: null };
    const sums = addSums(earlier.sums, { ...write.value } as Sums);
    return { kind: 'delta', ...at, delta: { reset: earlier.reset, sums } };
  }
  if (write.op === 'remove') {
    return write.table.kind === 'counter'
      ? { kind: 'delta', ...at, delta: { reset: true, sums: null } }
      : { kind: 'remove', ...at };
  }
  return { kind: 'put', ...at, text: JSON.stringify(write.value) };
}

/** What the rows of a plan lie under, for queueing: commits that share one of these take turns. */
export function queueKeys({ claims, decisions }: Plan): string[] {
  const keys = [...claims, ...decisions].map(({ home }) => `${home.table}\0${home.partition}`);
  return [...new Set(keys)];
}
