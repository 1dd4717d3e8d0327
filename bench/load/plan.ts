/** What the load generator is told, and what it answers. Both cross a process boundary as JSON. */

export interface LoadPlan {
  port: number;
  connections: number;
  /** A file of whole HTTP requests (see `request-file.ts`), sent round and round by whichever connection is free. */
  requestFile: string;
  /** Answered but not counted. */
  warmupMs: number;
  durationMs: number;
  /**
   * Requests a second, begun at random moments whether or not earlier ones were answered (a Poisson process), and timed
   * from the moment they were due: so a stalled server cannot slow its own examiner down. Without it each connection
   * sends its next request when the last was answered.
   */
  ratePerSecond?: number;
  /** Ends the run early after that many requests in all. */
  requestsMax?: number;
}

export interface LoadResult {
  answered: number;
  /** All requests, those of the warm-up too. */
  sent: number;
  elapsedMs: number;
  perSecond: number;
  bytes: number;
  /** Answers by status other than 2xx, and `failed` for broken connections, `unanswered` for those due but not answered in time. */
  refused: Record<string, number>;
  latencyMs: Latency;
}

export interface Latency {
  mean: number;
  p50: number;
  p90: number;
  p99: number;
  p999: number;
  max: number;
}

/** Posts at a steady rate while followers listen to their streams. */
export interface DeliveryPlan {
  port: number;
  /** Whose streams are open. */
  tokens: string[];
  connections: number;
  /** Requests that post, sent round and round. */
  requestFile: string;
  ratePerSecond: number;
  durationMs: number;
}

export interface DeliveryResult {
  posts: number;
  refused: number;
  /** Posts that were due while every connection was busy. */
  notSent: number;
  /** Events received, one for each post and online follower. */
  events: number;
  /** Of these, how many came before the answer to the posting request; counted as 0 ms. */
  beforeAcknowledgement: number;
  delayMs: Latency;
  acknowledgeMs: Latency;
}

export type Task = { load: LoadPlan } | { delivery: DeliveryPlan };
