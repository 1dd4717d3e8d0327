import type { EventLog, LogEntry } from '../../ports/log/log.ts';

/** Entries looked at for one stream that resumes; one further back starts afresh. */
export const resumedEntriesMax = 5000;
const pageMax = 1000;

export interface CatchUpOptions {
  log: EventLog;
  lastEventId: string;
  /** The newest position when the stream opened. */
  upTo: number;
  isGone: () => boolean;
  /** Runs what costs much, or answers `reset` where that is not allowed now. */
  admit: (replay: () => Promise<'done' | 'reset'>) => Promise<'done' | 'reset'>;
  evaluate: (entries: readonly LogEntry[]) => Promise<void>;
}

/**
 * Evaluates what the log holds since the client's last event. `reset` where that cannot be told any more: the
 * client then fetches afresh.
 */
export async function catchUp(options: CatchUpOptions): Promise<'done' | 'reset'> {
  const { log, lastEventId, upTo, admit } = options;
  const from = /^\d{1,16}$/.test(lastEventId) ? Number(lastEventId) : undefined;
  if (from === undefined || from - log.overlap > log.head()) return 'reset';
  if (from - log.overlap >= upTo) return 'done';
  return admit(() => replay(from, options));
}

async function replay(
  from: number,
  { log, upTo, isGone, evaluate }: CatchUpOptions,
): Promise<'done' | 'reset'> {
  const [oldest] = await log.read(0, 1);
  // Entries before the oldest kept are gone, and with them what this client has missed.
  if (!oldest || oldest.position > from) return 'reset';
  const missed: LogEntry[] = [];
  let position = Math.max(0, from - log.overlap);
  while (position < upTo && !isGone()) {
    const page = await log.read(position, pageMax);
    missed.push(...page.filter((entry) => entry.position <= upTo));
    if (page.length === 0) break;
    if (missed.length > resumedEntriesMax) return 'reset';
    position = page.at(-1)!.position;
  }
  for (let i = 0; i < missed.length && !isGone(); i += pageMax) await evaluate(missed.slice(i, i + pageMax));
  return 'done';
}
