import type { Hint } from '../log/log.ts';
import type { Key, Records, Table } from './records.ts';

export interface SettleCounterOptions {
  /** Of kind `counter`. */
  table: Table<object>;
  key: Key;
  /** The numbers as the truth has them. Numbers not named are left alone. */
  count(): Promise<Record<string, number>>;
  hint: Hint;
}

const attemptsMax = 5;

/**
 * Makes a counter row equal to what it counts, while it goes on counting: the difference is added, and only if the
 * row stood still while it was counted. Answers whether it was wrong; false too for a row that would not stand still
 * (it is being counted right now; the next recount sees it).
 */
export async function settleCounter(records: Records, options: SettleCounterOptions): Promise<boolean> {
  const { table, key, count, hint } = options;
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    const before = await numbersAt(records, table, key);
    const truth = await count();
    const after = await numbersAt(records, table, key);
    const names = new Set([...Object.keys(before), ...Object.keys(after)]);
    if ([...names].some((name) => (before[name] ?? 0) !== (after[name] ?? 0))) continue;
    const difference = Object.fromEntries(
      Object.entries(truth)
        .map(([name, number]) => [name, number - (after[name] ?? 0)] as const)
        .filter(([, delta]) => delta !== 0),
    );
    if (Object.keys(difference).length === 0) return false;
    await records.commit({ decide: [{ op: 'add', table, key, value: difference }], hints: [hint] });
    return true;
  }
  return false;
}

const numbersAt = async (records: Records, table: Table<object>, key: Key) =>
  ((await records.get(table, key))?.value ?? {}) as Record<string, number>;
