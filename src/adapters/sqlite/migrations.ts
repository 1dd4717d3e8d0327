import type { DatabaseSync } from 'node:sqlite';

/** A step of the engine's own layout; tables of features are simply created when missing. */
export interface Migration {
  /** True when it only adds tables, so that going back needs no backup. */
  additive: boolean;
  run(db: DatabaseSync): void;
}

/** The layout's version is the number of steps taken. Steps are only ever appended. */
export const migrations: readonly Migration[] = [
  {
    additive: true,
    run: (db) =>
      db.exec(`
        CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
        CREATE TABLE log (position INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL,
          kind TEXT NOT NULL, key TEXT NOT NULL, data TEXT NOT NULL) STRICT;
        CREATE TABLE log_groups (name TEXT PRIMARY KEY, position INTEGER NOT NULL) STRICT;
      `),
  },
];

export const layoutVersionOf = (db: DatabaseSync) =>
  Number(db.prepare('PRAGMA user_version').get()!['user_version']);

/**
 * Takes the missing steps, each in a transaction of its own with the version it leads to. `backUp` runs once,
 * before the first step that is more than new tables, and is given the version it preserves.
 */
export function migrate(
  db: DatabaseSync,
  steps: readonly Migration[],
  backUp: (fromVersion: number) => void,
): void {
  const start = layoutVersionOf(db);
  const missing = steps.slice(start);
  if (start > 0 && missing.some((step) => !step.additive)) backUp(start);
  for (const [i, step] of missing.entries()) {
    db.exec('BEGIN IMMEDIATE');
    try {
      step.run(db);
      db.exec(`PRAGMA user_version = ${start + i + 1}; COMMIT`);
    } catch (error) {
      if (db.isTransaction) db.exec('ROLLBACK');
      throw error;
    }
  }
}
