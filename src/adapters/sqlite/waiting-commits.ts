import type { Hint, LogEntry } from '../../ports/log/log.ts';
import type { Commit, CommitResult } from '../../ports/records/records.ts';

export interface WaitingCommit {
  commit: Commit;
  /** The names of what it writes. */
  rows: readonly string[];
  /** Its hints as they were when it was issued. */
  entries: LogEntry[];
  /** The size of what it writes. */
  characters: number;
  resolve: (result: CommitResult) => void;
  reject: (error: Error) => void;
}

/** Commits on their way to the disk, oldest first. */
export class WaitingCommits {
  #commits: WaitingCommit[] = [];
  #taken = 0;
  #characters = 0;

  get count(): number {
    return this.#commits.length - this.#taken;
  }

  get characters(): number {
    return this.#characters;
  }

  push(waiting: WaitingCommit): void {
    this.#characters += waiting.characters;
    this.#commits.push(waiting);
  }

  /** The oldest one; the caller knows that there is one. */
  take(): WaitingCommit {
    const waiting = this.#commits[this.#taken++]!;
    this.#characters -= waiting.characters;
    // What was taken is let go in pieces, so that taking stays cheap.
    if (this.count === 0 || (this.#taken >= 1024 && this.#taken * 2 > this.#commits.length)) {
      this.#commits = this.#commits.slice(this.#taken);
      this.#taken = 0;
    }
    return waiting;
  }
}

export const entryOf = ({ kind, key, data }: Hint): LogEntry => ({
  position: 0,
  atMs: 0,
  kind,
  key,
  data: { ...data },
});

/** Gives the entries of a commit the places they came to. */
export function placeEntries(entries: LogEntry[], lastPosition: number, atMs: number): void {
  let position = lastPosition - entries.length;
  for (const entry of entries) {
    entry.position = ++position;
    entry.atMs = atMs;
  }
}
