import type { EventLog, LogEntry } from '../log/log.ts';
import { type Tracing, traced } from './tracing.ts';

/** A member of a hint's data, taken out again before anybody else sees it. */
export const traceMember = 'trace';
const linksMax = 32;

/** Batches as spans that point at the commits they come from; a batch of which no commit is kept is none. */
export function tracedLog(log: EventLog, tracing: Tracing): EventLog {
  return {
    head: () => log.head(),
    overlap: log.overlap,
    trim: (olderThanMs, limit) => log.trim(olderThanMs, limit),
    read: async (after, limit) => (await log.read(after, limit)).map(withoutTrace),
    subscribe: (options) =>
      log.subscribe({
        ...options,
        handle(entries) {
          const links = linksOf(entries);
          if (links.length === 0) return options.handle(entries);
          const position = entries.at(-1)!.position;
          const attributes = { 'kith.entries': entries.length, 'kith.position': position };
          return traced(tracing, `handle ${options.group}`, { attributes, links }, () =>
            options.handle(entries.map(withoutTrace)),
          );
        },
      }),
  };
}

function linksOf(entries: readonly LogEntry[]): string[] {
  const links = new Set<string>();
  for (const { data } of entries) {
    if (typeof data[traceMember] === 'string' && links.size < linksMax) links.add(data[traceMember]);
  }
  return [...links];
}

function withoutTrace(entry: LogEntry): LogEntry {
  if (!(traceMember in entry.data)) return entry;
  const { [traceMember]: _trace, ...data } = entry.data;
  return { ...entry, data };
}
