/**
 * Counting requests against budgets. A budget is so many takes a window for each key; the window begins with the
 * first take and all of the budget returns when it ends.
 */
export interface Budget {
  /** Part of every key: budgets never share counts. */
  readonly name: string;
  readonly takesMax: number;
  readonly windowMs: number;
  /**
   * So many takes a process may count before the others hear of them; unset: none. Where counts are shared, requests
   * then wait for nobody, and all processes together may let through so many more, each.
   */
  readonly slack?: number;
}

export interface Verdict {
  allowed: boolean;
  /** Takes left in this window. */
  remaining: number;
  /** Until the window ends. */
  resetMs: number;
}

/**
 * Counts that many processes may share. An engine that cannot be reached lets requests pass: limits protect
 * people from strangers, and must not lock them out.
 */
export interface RateLimits {
  /** Counts one take. Answers at once, or a promise, as the engine can. */
  take(budget: Budget, key: string): Verdict | Promise<Verdict>;
  /** What a take would be told, without counting it. */
  peek(budget: Budget, key: string): Verdict | Promise<Verdict>;
  /** Forgets what was counted: a login that succeeded takes back its failures. */
  reset(budget: Budget, key: string): void | Promise<void>;
}
