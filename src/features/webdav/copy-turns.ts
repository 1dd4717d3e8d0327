import type { Id } from '../../lib/ids.ts';
import { Refusal } from '../../lib/refusal.ts';

/** A folder may hold very much, and a request to copy it is short: so few are copied at once, of one person and in all. */
const ofOneMax = 2;
const ofAllMax = 16;
const retryAfterSeconds = 10;

export class CopyTurns {
  #ofOne = new Map<Id, number>();
  #ofAll = 0;

  /** Refuses with `unavailable` where enough is being copied. */
  async during<Result>(userId: Id, work: () => Promise<Result>): Promise<Result> {
    const mine = this.#ofOne.get(userId) ?? 0;
    if (mine >= ofOneMax || this.#ofAll >= ofAllMax) {
      throw new Refusal('unavailable', 'Folders are being copied already. Try again in a moment.', {
        retryAfterSeconds,
      });
    }
    this.#ofOne.set(userId, mine + 1);
    this.#ofAll++;
    try {
      return await work();
    } finally {
      this.#ofAll--;
      const left = this.#ofOne.get(userId)! - 1;
      if (left > 0) this.#ofOne.set(userId, left);
      else this.#ofOne.delete(userId);
    }
  }
}
