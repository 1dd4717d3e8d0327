import { backoff, pause } from '../../lib/waiting.ts';
import type { LogEntry, SubscribeOptions } from './log.ts';

const retryMsMin = 10;
const retryMsMax = 5_000;

export interface HandOver {
  options: SubscribeOptions;
  /** A handler threw; it is tried again. */
  failed: (error: unknown, attempt: number) => void;
  signal: AbortSignal;
}

/** Tries until the handler succeeds; false if the subscription was closed first. */
export async function handOver(
  { options, failed, signal }: HandOver,
  entries: readonly LogEntry[],
): Promise<boolean> {
  const { kinds, handle } = options;
  const wanted = kinds ? entries.filter(({ kind }) => kinds.includes(kind)) : entries;
  if (wanted.length === 0) return true;
  for (let attempt = 1; ; attempt++) {
    try {
      await handle(wanted);
      return true;
    } catch (error) {
      failed(error, attempt);
      await pause(backoff(attempt, retryMsMin, retryMsMax), signal);
      if (signal.aborted) return false;
    }
  }
}
