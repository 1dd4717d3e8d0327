import { HeldGroups } from './held-groups.ts';
import { type EventLog, groupKeptMs, type Hint, type LogEntry, logReadMax } from './log.ts';
import { RunningSubscription } from './subscriptions.ts';

/** The event log in memory, and the way its store appends to it. */
export function createMemoryLog(nowMs: () => number): { log: EventLog; append: (hints: Hint[]) => number } {
  const entries: LogEntry[] = [];
  const positions = new Map<string, number>();
  const held = new HeldGroups();
  /** When each stored group was last seen to be held. */
  const heldAtMs = new Map<string, number>();
  const running = new Set<RunningSubscription>();
  let head = 0;

  const after = (position: number, limit: number) => {
    const trimmed = entries[0] ? entries[0].position - 1 : head;
    const start = Math.max(0, position - trimmed);
    return entries.slice(start, start + limit);
  };

  const append = (hints: Hint[]) => {
    for (const hint of hints) entries.push({ ...structuredClone(hint), position: ++head, atMs: nowMs() });
    for (const each of running) each.wake();
    return head;
  };

  const log: EventLog = {
    head: () => head,
    overlap: 0,
    read: async (position, limit) => after(position, Math.min(limit, logReadMax)),
    async trim(olderThanMs, limit) {
      for (const group of held.sinceLastTime()) heldAtMs.set(group, nowMs());
      for (const group of positions.keys()) {
        const atMs = heldAtMs.get(group) ?? nowMs();
        heldAtMs.set(group, atMs);
        if (atMs >= nowMs() - groupKeptMs) continue;
        positions.delete(group);
        heldAtMs.delete(group);
      }
      const last = Math.min(head - 1, ...positions.values());
      let count = 0;
      while (count < limit && entries[0] && entries[0].position <= last && entries[0].atMs < olderThanMs) {
        entries.shift();
        count++;
      }
      return count;
    },
    async subscribe(options) {
      const { group, start } = options;
      const stored = start === 'stored';
      if (stored) held.take(group);
      if (stored && !positions.has(group)) positions.set(group, 0);
      const subscription = new RunningSubscription(options, stored ? positions.get(group)! : head, {
        head: () => head,
        after,
        handledUpTo: (position) => stored && positions.set(group, position),
        end: async () => {
          const ends = running.delete(subscription);
          if (stored && ends) held.release(group);
        },
        failed: () => {},
      });
      running.add(subscription);
      return subscription;
    },
  };
  return { log, append };
}
