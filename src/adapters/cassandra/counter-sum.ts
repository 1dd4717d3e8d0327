/**
 * A counter row is a base and, beside it, one delta a commit. A delta is found under its commit's id, so that writing
 * it twice changes nothing; the number is the base and all deltas above its floor. See fold-counters.ts.
 */
export type Sums = Record<string, number>;

/** What one commit did to a counter row: forgot what was before it, then added. */
export interface Delta {
  reset: boolean;
  sums: Sums | null;
}

export interface CounterRow {
  /** The commit's id; empty for the base. */
  tx: string;
  value: string;
  /** Of the base: deltas up to here are in it. */
  floor: string;
}

export const encodeDelta = ({ reset, sums }: Delta): string => JSON.stringify([reset ? 1 : 0, sums]);

function decodeDelta(text: string): Delta {
  const [reset, sums] = JSON.parse(text) as [number, Sums | null];
  return { reset: reset === 1, sums };
}

export function addSums(a: Sums | null, b: Sums | null): Sums | null {
  if (a === null || b === null) return a ?? b;
  // A null prototype would do, but values are compared with plain objects.
  const sums: Sums = { ...a };
  for (const [name, delta] of Object.entries(b)) {
    sums[name] = (Object.hasOwn(sums, name) ? sums[name]! : 0) + delta;
  }
  return sums;
}

/** The numbers of one counter's rows, in any order; null where there is no such counter. */
export function sumOf(rows: readonly CounterRow[], upTo?: string): Sums | null {
  const base = rows.find((row) => row.tx === '');
  const floor = base?.floor ?? '';
  const deltas = rows
    .filter((row) => row.tx > floor && (upTo === undefined || row.tx <= upTo))
    .sort((a, b) => (a.tx < b.tx ? -1 : 1));
  let sums = base ? (JSON.parse(base.value) as Sums | null) : null;
  for (const { value } of deltas) {
    const delta = decodeDelta(value);
    sums = addSums(delta.reset ? null : sums, delta.sums);
  }
  return sums;
}

export interface Fold {
  /** The base's floor as it must still stand; undefined where there is no base yet. */
  oldFloor: string | undefined;
  floor: string;
  value: string;
}

/** How to take up the deltas that can no longer change, if they are many enough to be worth it. */
export function foldPlan(
  rows: readonly CounterRow[],
  settledUpTo: string,
  deltasMin: number,
): Fold | undefined {
  const base = rows.find((row) => row.tx === '');
  const floor = base?.floor ?? '';
  const foldable = rows.filter((row) => row.tx > floor && row.tx <= settledUpTo);
  if (foldable.length < deltasMin) return undefined;
  return { oldFloor: base?.floor, floor: settledUpTo, value: JSON.stringify(sumOf(rows, settledUpTo)) };
}
