import type { Id } from '../../lib/ids.ts';
import type { Clock } from '../../ports/clock/clock.ts';

/** Streams that replay the log at one time; beyond, as after a restart, clients fetch afresh instead. */
const replaysMax = 64;
/** Replays of one person in a minute, and one at a time: each may read thousands of entries. */
export const replaysPerMinuteMax = 10;
/** People counted in a minute. */
const peopleMax = 20_000;
const windowMs = 60_000;

/** Bounds what resuming streams cost. */
export class Replays {
  readonly #clock: Clock;
  readonly #running = new Set<Id>();
  /** Replays begun by each person in the window, which is the same for all. */
  readonly #begun = new Map<Id, number>();
  #windowEndsMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Answers `reset`, without asking for the replay, where there are too many. */
  async run<Result>(userId: Id, replay: () => Promise<Result>): Promise<Result | 'reset'> {
    if (!this.#admits(userId)) return 'reset';
    this.#begun.set(userId, (this.#begun.get(userId) ?? 0) + 1);
    this.#running.add(userId);
    try {
      return await replay();
    } finally {
      this.#running.delete(userId);
    }
  }

  #admits(userId: Id): boolean {
    const nowMs = this.#clock.monotonicMs();
    if (nowMs >= this.#windowEndsMs) {
      this.#begun.clear();
      this.#windowEndsMs = nowMs + windowMs;
    }
    if (this.#running.size >= replaysMax || this.#running.has(userId)) return false;
    const begun = this.#begun.get(userId);
    return begun === undefined ? this.#begun.size < peopleMax : begun < replaysPerMinuteMax;
  }
}
