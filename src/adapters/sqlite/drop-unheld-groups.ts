import type { DatabaseSync } from 'node:sqlite';
import { groupKeptMs } from '../../ports/log/log.ts';

const markOf = (group: string) => `group_held:${group}`;

/** Notes which groups are held, and removes those that nobody has held for too long; answers their names. */
export function dropUnheldGroups(db: DatabaseSync, held: readonly string[], nowMs: number): string[] {
  const read = db.prepare('SELECT value FROM meta WHERE name = ?');
  const note = db.prepare('INSERT INTO meta VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value');
  const dropped: string[] = [];
  for (const { name } of db.prepare('SELECT name FROM log_groups').all()) {
    const group = String(name);
    const mark = read.get(markOf(group));
    if (held.includes(group) || !mark) {
      note.run(markOf(group), String(nowMs));
    } else if (Number(mark['value']) < nowMs - groupKeptMs) {
      db.prepare('DELETE FROM log_groups WHERE name = ?').run(group);
      db.prepare('DELETE FROM meta WHERE name = ?').run(markOf(group));
      dropped.push(group);
    }
  }
  return dropped;
}
