import type { IdSource } from '../../lib/ids.ts';
import { idToNumber } from '../../lib/ids.ts';
import { pause } from '../../lib/waiting.ts';
import type { Clock } from '../../ports/clock/clock.ts';
import type { LogEntry } from '../../ports/log/log.ts';
import { checkCommit } from '../../ports/records/checks.ts';
import { type Commit, type CommitResult, RecordsError } from '../../ports/records/records.ts';
import {
  type Conflict,
  confirmClaims,
  type Holder,
  type Minted,
  releaseClaims,
  takeClaim,
} from './claims.ts';
import { CommitQueue } from './commit-queue.ts';
import { unconfirmStatement } from './conditional-rows.ts';
import { UnknownOutcome } from './cql.ts';
import { decide } from './decide.ts';
import { applyEffects } from './effects.ts';
import { firstConflict, standingConflict } from './find-conflict.ts';
import type { Layouts } from './layout.ts';
import type { Outbox } from './outbox.ts';
import { makeRecord, type OutboxRecord } from './outbox-record.ts';
import { type Plan, planCommit, queueKeys } from './plan.ts';
import type { Publisher } from './publisher.ts';
import type { Stretches } from './stretches.ts';

/** Commits under way or waiting for their turn; more are refused as `unavailable`. */
export const waitingCommitsMax = 20_000;
const attemptsMax = 8;
/** A commit whose outbox row came later than so long after its id was minted begins anew: see sweep.ts. */
export const freshMs = 10_000;
/** One commit in so many forgets the old markers of its partition. */
const markersKept = 64;

export interface CommitterOptions {
  holder: Holder;
  layouts: Layouts;
  stretches: Stretches;
  outbox: Outbox;
  publisher: Publisher;
  clock: Clock;
  ids: Pick<IdSource, 'next'>;
  /** Called at once before a commit resolves with `ok`; `isThenPending` as in its result. */
  committed: (entries: readonly LogEntry[], isThenPending: boolean) => void;
  /** Markers before this id are not needed any more. */
  markersBefore: () => string | undefined;
  /** Whether this process's ids can be trusted to be new: see sweep.ts. */
  isClockSound: () => boolean;
  waitingMax: number;
}

/** One attempt: the ids and stamp it writes under. */
interface Attempt extends Minted {
  record: OutboxRecord;
  mintedAtMs: number;
}

export class Committer {
  #options: CommitterOptions;
  #queue = new CommitQueue();
  #waiting = 0;
  #closed = false;
  #background = new Set<Promise<void>>();
  #stats = { commits: 0, conflicts: 0, refusedBusy: 0, failed: 0, repeated: 0, leftToSweep: 0 };
  #newest = 0;

  constructor(options: CommitterOptions) {
    this.#options = options;
  }

  commit(commit: Commit): Promise<CommitResult> {
    if (this.#closed) return Promise.reject(new RecordsError('closed', 'The store is closed.'));
    if (!this.#options.isClockSound()) {
      return Promise.reject(new RecordsError('unavailable', "This machine's clock is wrong by seconds."));
    }
    if (this.#waiting >= this.#options.waitingMax) {
      this.#stats.refusedBusy++;
      return Promise.reject(new RecordsError('unavailable', 'Too many writes are waiting.'));
    }
    try {
      checkCommit(commit);
      const plan = planCommit(commit, this.#options.layouts);
      const first = this.#mint(plan);
      return this.#counted(this.#queue.run(queueKeys(plan), (waited) => this.#carryOut(plan, first, waited)));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  stats() {
    return { ...this.#stats, waiting: this.#waiting };
  }

  /** The position of the newest commit acknowledged here. */
  newest(): number {
    return this.#newest;
  }

  /** Finishes what was issued. */
  async close(): Promise<void> {
    this.#closed = true;
    while (this.#waiting > 0) await pause(5);
    await Promise.all(this.#background);
  }

  async #counted(result: Promise<CommitResult>): Promise<CommitResult> {
    this.#waiting++;
    try {
      const { ok } = await result;
      this.#stats[ok ? 'commits' : 'conflicts']++;
      return await result;
    } catch (error) {
      this.#stats.failed++;
      throw error;
    } finally {
      this.#waiting--;
    }
  }

  #mint(plan: Plan): Attempt {
    const { clock, ids, holder } = this.#options;
    const stamp = holder.stamps.next();
    const hintIds = plan.hints.map(() => ids.next());
    const record = makeRecord(plan, hintIds, stamp, clock.nowMs());
    return { id: record.id, stamp, record, mintedAtMs: clock.monotonicMs() };
  }

  #ageMs({ mintedAtMs }: Attempt): number {
    return this.#options.clock.monotonicMs() - mintedAtMs;
  }

  async #carryOut(plan: Plan, first: Attempt, waited: boolean): Promise<CommitResult> {
    const conflict = waited ? await standingConflict(this.#options.holder.session, plan) : undefined;
    if (conflict) return refused(conflict);
    let attempt = plan.home && this.#ageMs(first) > freshMs / 4 ? this.#mint(plan) : first;
    for (let count = 1; count <= attemptsMax; count++) {
      const result = await this.#attempt(plan, attempt);
      if (result !== 'again') return result;
      this.#stats.repeated++;
      await pause(count * 20 * this.#options.holder.random());
      attempt = this.#mint(plan);
    }
    throw new UnknownOutcome('Other commits came between too often.');
  }

  async #attempt(plan: Plan, attempt: Attempt): Promise<CommitResult | 'again'> {
    const { outbox, holder } = this.#options;
    // Side by side: a claim whose outbox row never comes is undecided for ever, and whoever meets it ends it.
    const [written, ...taken] = await Promise.allSettled([
      outbox.insert(attempt.record),
      ...plan.claims.map((claim) => takeClaim(holder, claim, attempt, plan.home!)),
    ]);
    const lost =
      taken.find((each) => each.status === 'rejected') ??
      (written.status === 'rejected' ? written : undefined);
    const conflict = taken.flatMap((each) => (each.status === 'fulfilled' && each.value) || [])[0];
    if (lost || conflict) {
      await this.#giveUp(attempt, written.status === 'fulfilled');
      if (conflict) return refused(await firstConflict(holder.session, plan, conflict));
      throw lost!.reason;
    }
    const isLate = this.#ageMs(attempt) > freshMs;
    if (!plan.home) {
      // The row may lie where the sweep has been already: then it never happens, else the sweep does it.
      if (isLate) throw new UnknownOutcome('The outbox answered too late.');
      return this.#finish(plan, attempt, attempt.stamp, []);
    }
    if (isLate) {
      await holder.markers.abort(plan.home, attempt.id);
      return 'again';
    }
    const decision = await decide(holder, { decisions: plan.decisions, home: plan.home }, attempt);
    if (decision.is === 'aborted') return 'again';
    if (decision.is === 'committed') return this.#finish(plan, attempt, decision.stamp, decision.unclaimed);
    await this.#giveUp(attempt, true);
    return refused(decision.conflict);
  }

  /** A commit that is not, and of which no decision is on its way. What fails here the sweep does. */
  async #giveUp({ record, id, stamp }: Attempt, isWritten: boolean): Promise<void> {
    try {
      await releaseClaims(this.#options.holder.session, record.claims, { id, stamp });
      if (isWritten) this.#options.publisher.aborted(record);
    } catch {
      this.#stats.leftToSweep++;
    }
  }

  /** The commit is decided: from here on it is acknowledged whatever happens, because the sweep knows what is to do. */
  async #finish(
    plan: Plan,
    { record, id }: Attempt,
    stamp: number,
    unclaimed: Plan['decisions'],
  ): Promise<CommitResult> {
    const { holder, layouts, stretches, publisher, committed } = this.#options;
    const { session } = holder;
    let isThenPending = false;
    try {
      await Promise.all([
        applyEffects({ session, layouts, stretches }, record.effects, { id, stamp }),
        confirmClaims(session, record.claims, { id, stamp }),
      ]);
      publisher.committed(record);
    } catch {
      isThenPending = true;
      this.#stats.leftToSweep++;
    }
    this.#tidy(plan, stamp, unclaimed);
    const position = idToNumber(id);
    this.#newest = Math.max(this.#newest, position);
    committed(record.entries, isThenPending);
    return isThenPending ? { ok: true, position, isThenPending } : { ok: true, position };
  }

  /** Nobody waits for this and nothing depends on it. */
  #tidy({ home }: Plan, stamp: number, unclaimed: Plan['decisions']): void {
    const { holder, clock, markersBefore } = this.#options;
    const work: Promise<unknown>[] = unclaimed.map((row) =>
      holder.session.run({ kind: 'trim', statements: [unconfirmStatement(row, stamp)] }),
    );
    const before = markersBefore();
    if (home && before !== undefined && holder.random() < 1 / markersKept) {
      work.push(holder.markers.trim(home, before, clock.nowMs()));
    }
    if (work.length === 0) return;
    const all: Promise<void> = Promise.allSettled(work).then(() => void this.#background.delete(all));
    this.#background.add(all);
  }
}

const refused = ({ planned, existing }: Conflict): CommitResult => ({
  ok: false,
  conflict: planned.write,
  existing,
});
