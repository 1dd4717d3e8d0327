import { Refusal } from './refusal.ts';

export interface FairTurnsOptions {
  /** So many at the same time. */
  countMax: number;
  /** So many wait; more are refused at once. */
  waitingMax: number;
  /** Whoever has waited for so long is refused. */
  waitMsMax: number;
  /** While others wait, whoever has not moved for so long loses the turn. */
  stalledMs: number;
  nowMs: () => number;
}

export interface Turn {
  /** Tells that its holder gets on. */
  moved(): void;
  /** To be called once, also after the turn was lost. */
  give(): void;
}

interface Held {
  key: string;
  movedAtMs: number;
  lost: (reason: Refusal) => void;
}

interface Waiting {
  key: string;
  sinceMs: number;
  lost: (reason: Refusal) => void;
  resolve: (turn: Turn) => void;
  reject: (error: Refusal) => void;
}

const lookEveryMs = 1000;

/**
 * Bounds how many do something at the same time. The next turn goes to whoever's key holds the fewest, and among those to
 * whoever has waited longest; who holds several gives one up to who has waited for long and has none. So one account with
 * many uploads does not keep the others waiting.
 */
export class FairTurns {
  readonly #options: FairTurnsOptions;
  #held = new Set<Held>();
  #waiting: Waiting[] = [];
  #look: NodeJS.Timeout | undefined;

  constructor(options: FairTurnsOptions) {
    this.#options = options;
  }

  /** `lost` hears if the turn is taken away because its holder stands still. Refuses with `unavailable`. */
  take(key: string, lost: (reason: Refusal) => void): Turn | Promise<Turn> {
    const { countMax, waitingMax, nowMs } = this.#options;
    if (this.#held.size < countMax && this.#waiting.length === 0) return this.#hold(key, lost);
    if (this.#waiting.length >= waitingMax) throw busy();
    this.#look ??= setInterval(() => this.#lookRound(), lookEveryMs).unref();
    return new Promise((resolve, reject) => {
      this.#waiting.push({ key, sinceMs: nowMs(), lost, resolve, reject });
    });
  }

  get held(): number {
    return this.#held.size;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  #hold(key: string, lost: (reason: Refusal) => void): Turn {
    const held = { key, movedAtMs: this.#options.nowMs(), lost };
    this.#held.add(held);
    return {
      moved: () => {
        held.movedAtMs = this.#options.nowMs();
      },
      give: () => {
        if (this.#held.delete(held)) this.#next();
      },
    };
  }

  #next(): void {
    while (this.#waiting.length > 0 && this.#held.size < this.#options.countMax) {
      const counts = this.#counts();
      const heldBy = ({ key }: Waiting) => counts.get(key) ?? 0;
      const next = this.#waiting.reduce((best, each) => (heldBy(each) < heldBy(best) ? each : best));
      this.#waiting.splice(this.#waiting.indexOf(next), 1);
      next.resolve(this.#hold(next.key, next.lost));
    }
    this.#rest();
  }

  #lookRound(): void {
    const { waitMsMax, stalledMs, nowMs } = this.#options;
    const now = nowMs();
    const tired = this.#waiting.filter(({ sinceMs }) => now - sinceMs >= waitMsMax);
    this.#waiting = this.#waiting.filter((each) => !tired.includes(each));
    for (const { reject } of tired) reject(busy());
    if (this.#waiting.length > 0)
      for (const { movedAtMs, lost } of this.#held) if (now - movedAtMs >= stalledMs) lost(stalled());
    this.#share(now);
    this.#rest();
  }

  /** Who gets on, but hardly, must not hold several turns for ever while somebody else has none. */
  #share(now: number): void {
    const counts = this.#counts();
    const hasNone = ({ key, sinceMs }: Waiting) =>
      !counts.has(key) && now - sinceMs >= this.#options.stalledMs;
    if (!this.#waiting.some(hasNone)) return;
    const [key, most] = [...counts].reduce((best, each) => (each[1] > best[1] ? each : best), ['', 1]);
    if (most > 1) [...this.#held].find((each) => each.key === key)?.lost(stalled());
  }

  /** How many turns each key holds. */
  #counts(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const { key } of this.#held) counts.set(key, (counts.get(key) ?? 0) + 1);
    return counts;
  }

  #rest(): void {
    if (this.#waiting.length > 0) return;
    clearInterval(this.#look);
    this.#look = undefined;
  }
}

const retryAfterSeconds = 5;
const busy = () =>
  new Refusal('unavailable', 'Too much is being sent to this server. Try again in a moment.', {
    retryAfterSeconds,
  });
const stalled = () =>
  new Refusal('unavailable', 'Little came for a while, and others are waiting. Go on when you can.', {
    retryAfterSeconds,
  });
