import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import { backUpTo } from './backup.ts';
import { isDamage } from './failures.ts';

/** Long reads of the whole database, away from the main thread; one task, then the thread ends. */
export type MaintenanceTask =
  | { task: 'backup'; file: string; targetFile: string }
  | { task: 'integrity'; file: string; tables: string[] };

const problemsMax = 100;

const { task, file, ...rest } = workerData as MaintenanceTask;
const db = new DatabaseSync(file, { readOnly: true, timeout: 5_000 });
try {
  if (task === 'backup') backUpTo(db, (rest as { targetFile: string }).targetFile);
  parentPort!.postMessage(task === 'backup' ? [] : problems((rest as { tables: string[] }).tables));
} finally {
  db.close();
}

function problems(tables: string[]): string[] {
  const found: string[] = [];
  const look = (sql: string, describe: (row: Record<string, unknown>) => string | undefined) => {
    try {
      for (const row of db.prepare(sql).iterate()) {
        const problem = describe(row);
        if (problem !== undefined) found.push(problem);
      }
    } catch (error) {
      if (!isDamage(error)) throw error;
      found.push((error as Error).message);
    }
  };
  look(`PRAGMA integrity_check(${problemsMax})`, ({ integrity_check: text }) =>
    text === 'ok' ? undefined : String(text),
  );
  for (const table of tables) {
    look(`SELECT count(*) AS rows FROM "${table}" WHERE NOT json_valid(value)`, ({ rows }) =>
      rows === 0 ? undefined : `${table}: ${rows} rows are not readable`,
    );
  }
  return found.slice(0, problemsMax);
}
