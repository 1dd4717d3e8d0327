import { systemClock } from '../../src/ports/clock/clock.ts';
import { Connection, type Response } from './connection.ts';
import { LatencyLog } from './latency.ts';
import type { LoadPlan, LoadResult } from './plan.ts';
import { readRequestFile } from './request-file.ts';

/** How long answers may still arrive after the last request was due. */
const drainMs = 5_000;

/** Runs a plan in this process. */
export async function runPlan(plan: LoadPlan): Promise<LoadResult> {
  const run = new Run(plan, readRequestFile(plan.requestFile));
  return run.result();
}

class Run {
  readonly #plan: LoadPlan;
  readonly #requests: Buffer[];
  readonly #latencies = new LatencyLog();
  readonly #refused: Record<string, number> = {};
  #connections: Connection[] = [];
  #countFromMs = 0;
  #endMs = 0;
  #lastAnswerMs = 0;
  #sent = 0;
  #answered = 0;
  #bytes = 0;
  #underWay = 0;
  #finish: () => void = () => {};

  constructor(plan: LoadPlan, requests: Buffer[]) {
    if (requests.length === 0) throw new Error('a plan without requests');
    this.#plan = plan;
    this.#requests = requests;
  }

  async result(): Promise<LoadResult> {
    const { port, connections, warmupMs, durationMs, ratePerSecond } = this.#plan;
    this.#connections = await Promise.all(
      Array.from({ length: connections }, () => Connection.open({ port })),
    );
    const finished = new Promise<void>((resolve) => {
      this.#finish = resolve;
    });
    const startMs = systemClock.monotonicMs();
    this.#countFromMs = startMs + warmupMs;
    this.#endMs = this.#countFromMs + durationMs;
    const deadline = setTimeout(this.#finish, warmupMs + durationMs + drainMs);
    if (ratePerSecond !== undefined) this.#schedule(startMs, ratePerSecond);
    else for (const connection of this.#connections) this.#loop(connection);
    await finished;
    clearTimeout(deadline);
    if (this.#underWay > 0) this.#refused['unanswered'] = this.#underWay;
    for (const connection of this.#connections) connection.close();
    const elapsedMs = Math.max(1, this.#lastAnswerMs - this.#countFromMs);
    return {
      answered: this.#answered,
      sent: this.#sent,
      elapsedMs,
      perSecond: (this.#answered / elapsedMs) * 1000,
      bytes: this.#bytes,
      refused: this.#refused,
      latencyMs: this.#latencies.summary(),
    };
  }

  /** Closed loop: the next request when the last was answered. */
  #loop(connection: Connection) {
    const { requestsMax = Number.POSITIVE_INFINITY } = this.#plan;
    const nowMs = systemClock.monotonicMs();
    if (nowMs >= this.#endMs || this.#sent >= requestsMax) {
      if (this.#underWay === 0) this.#finish();
      return;
    }
    this.#send(connection, nowMs, () => this.#loop(connection));
  }

  /** Open loop: requests fall due whatever the server does, and wait here for a free connection. */
  #schedule(startMs: number, ratePerSecond: number) {
    const meanGapMs = 1000 / ratePerSecond;
    const free = [...this.#connections];
    const waiting: number[] = [];
    let waitingFrom = 0;
    let dueMs = startMs;
    const begin = (sinceMs: number) => {
      const connection = free.pop();
      if (!connection) return waiting.push(sinceMs);
      this.#send(connection, sinceMs, () => {
        free.push(connection);
        if (waitingFrom < waiting.length) begin(waiting[waitingFrom++]!);
      });
    };
    // A timer is too coarse to send 20,000 requests a second at their own moments: the loop polls instead.
    const tick = () => {
      const nowMs = systemClock.monotonicMs();
      while (dueMs <= nowMs && dueMs < this.#endMs) {
        begin(dueMs);
        dueMs -= Math.log(1 - systemClock.random()) * meanGapMs;
      }
      if (dueMs < this.#endMs) setImmediate(tick);
      else if (this.#underWay === 0) this.#finish();
      else setTimeout(tick, 1);
    };
    tick();
  }

  #send(connection: Connection, sinceMs: number, then: () => void) {
    const request = this.#requests[this.#sent++ % this.#requests.length]!;
    this.#underWay++;
    connection.send(
      request,
      (response) => {
        this.#underWay--;
        this.#record(response, sinceMs);
        then();
      },
      () => {
        this.#underWay--;
        this.#count('failed');
        if (this.#underWay === 0) this.#finish();
      },
    );
  }

  #record({ status, bytes }: Response, sinceMs: number) {
    const nowMs = systemClock.monotonicMs();
    if (nowMs < this.#countFromMs) return;
    if (status < 200 || status > 299) return this.#count(String(status));
    this.#lastAnswerMs = nowMs;
    this.#answered++;
    this.#bytes += bytes;
    this.#latencies.add(nowMs - sinceMs);
  }

  #count(kind: string) {
    this.#refused[kind] = (this.#refused[kind] ?? 0) + 1;
  }
}
