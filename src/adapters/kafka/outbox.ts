import type { LogEntry } from '../../ports/log/log.ts';

/** Where commits keep their hints, in the order of their positions. Kafka can deliver, but not be asked by position. */
export interface LogOutbox {
  /** Entries of acknowledged commits after a position, oldest first. */
  readAfter(position: number, limit: number): Promise<LogEntry[]>;
}
