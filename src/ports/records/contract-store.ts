import type { Clock } from '../clock/clock.ts';
import type { EventLog } from '../log/log.ts';
import { defineTable, type Records, type Table, type Write } from './records.ts';

/** What the contract suites of records and log run on. */
export interface ContractStore {
  records: Records;
  log: EventLog;
  close(): Promise<void>;
}

/** Makes an empty store with these tables. */
export type MakeStore = (options: {
  tables: readonly Table<object>[];
  clock: Pick<Clock, 'nowMs'>;
}) => Promise<ContractStore>;

export type Values = Record<string, unknown>;
export const things = defineTable<Values>('things', { partition: ['owner'], clustering: ['thing'] });
export const names = defineTable<Values>('names', { partition: ['name'] });
export const marks = defineTable<Values>('marks', {
  partition: ['owner'],
  clustering: ['day', 'mark'],
  kind: 'plain',
});
export const counts = defineTable<Record<string, number>>('counts', {
  partition: ['owner'],
  clustering: ['what'],
  kind: 'counter',
});
export const contractTables = [things, names, marks, counts];

export const hint = (key = 'k', data: Record<string, string | number | boolean | null> = {}) => ({
  kind: 'thing.changed',
  key,
  data,
});

/** A commit of these writes with one hint. */
export const deciding = (...decide: Write[]) => ({ decide, hints: [hint()] });
export const following = (...then: Write[]) => ({ decide: [], then, hints: [hint()] });
