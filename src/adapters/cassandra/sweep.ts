import { randomUUID } from 'node:crypto';
import { eachLimited } from '../../lib/each-limited.ts';
import { firstIdAt, type Id, idFromNumber, idToNumber } from '../../lib/ids.ts';
import type { Clock } from '../../ports/clock/clock.ts';
import { confirmClaims, releaseClaims } from './claims.ts';
import type { CqlSession } from './cql.ts';
import { applyEffects } from './effects.ts';
import type { Layouts } from './layout.ts';
import type { Markers } from './markers.ts';
import type { Outbox, OutboxRow } from './outbox.ts';
import { bucketAt, bucketOf, type OutboxRecord } from './outbox-record.ts';
import type { Publish } from './publisher.ts';
import { StoreState, type SweepState } from './store-state.ts';
import type { Stretches } from './stretches.ts';

/** A commit that has not come to its end so long after the sweep first saw it is finished or ended. */
const graceMsDefault = 5_000;
const intervalMsDefault = 5_000;
/** A process whose clock is further from the engine's neither sweeps nor commits. */
export const clockSkewMsMax = 8_000;
/**
 * Commits older than this and not in the outbox never will be: a commit whose row came later than `freshMs` after its
 * id begins anew, and no two clocks are further apart than twice `clockSkewMsMax`.
 */
export const settledLagMs = 30_000;
/** Markers are kept so much longer than they may be asked for: a batch may lie in a paused coordinator. */
const markersKeptMs = 3_600_000;
const repairsAtOnce = 16;
const publishBatchMax = 500;
const retryPublishingEvery = 6;

export interface SweepOptions {
  session: CqlSession;
  layouts: Layouts;
  stretches: Stretches;
  markers: Markers;
  outbox: Outbox;
  publish: Publish;
  clock: Clock;
  outboxTtlSeconds: number;
  onError: (error: unknown) => void;
  intervalMs?: number | undefined;
}

interface Found extends OutboxRow {
  record?: OutboxRecord;
}

/** Comes after every process: finishes or ends what crashed, and publishes what was not. */
export class Sweep {
  #options: SweepOptions;
  #state: StoreState;
  #reached: SweepState = { settledUpTo: '', publishedUpTo: '' };
  /** When commits that are not settled were first seen, by this process's monotonic clock. */
  #seenAtMs = new Map<Id, number>();
  #holder = randomUUID();
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #publishFails = false;
  #skewMs = 0;
  #stats = { sweeps: 0, finished: 0, aborted: 0, republished: 0, sweepFailures: 0 };

  constructor(options: SweepOptions) {
    this.#options = options;
    this.#state = new StoreState(options.session);
  }

  stats() {
    const { settledUpTo } = this.#reached;
    return { ...this.#stats, unsettled: this.#seenAtMs.size, settledUpTo, clockSkewMs: this.#skewMs };
  }

  /** As last known here; other processes may be further. */
  async settledUpTo(): Promise<Id | ''> {
    this.#take(await this.#state.read());
    return this.#reached.settledUpTo;
  }

  markersBefore(): Id | undefined {
    const { settledUpTo } = this.#reached;
    if (settledUpTo === '') return undefined;
    const before = idToNumber(settledUpTo) - markersKeptMs * 4096;
    return before > 0 ? idFromNumber(before) : undefined;
  }

  start(): void {
    const { intervalMs = intervalMsDefault, clock, onError } = this.#options;
    const again = () => {
      this.#timer = setTimeout(
        async () => {
          this.#running = this.#turn().catch((error) => {
            this.#stats.sweepFailures++;
            onError(error);
          });
          await this.#running;
          if (this.#timer) again();
        },
        intervalMs * (0.75 + clock.random() / 2),
      );
      this.#timer.unref();
    };
    again();
  }

  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.#running;
  }

  /** Compares this process's clock with the engine's. */
  async readClock(): Promise<void> {
    this.#skewMs = this.#options.clock.nowMs() - (await this.#state.serverMs());
  }

  async #turn(): Promise<void> {
    await this.readClock();
    if (!this.isClockSound()) return;
    if (await this.#state.lease(this.#holder)) await this.once();
    else this.#take(await this.#state.read());
  }

  /** False while this process's clock is so far from the engine's that its ids could fall below what is settled. */
  isClockSound(): boolean {
    return Math.abs(this.#skewMs) <= clockSkewMsMax;
  }

  /** One sweep over what is not yet settled and published. */
  async once({ graceMs = graceMsDefault }: { graceMs?: number } = {}): Promise<void> {
    const { clock, outboxTtlSeconds } = this.#options;
    this.#take(await this.#state.read());
    const nowMs = clock.nowMs();
    // While the log is away only now and then everything is looked through again that it has missed.
    const isWhole = !this.#publishFails || this.#stats.sweeps % retryPublishingEvery === 0;
    const from =
      (isWhole ? this.#reached.publishedUpTo : this.#reached.settledUpTo) ||
      firstIdAt(nowMs - outboxTtlSeconds * 1000);
    const seen = new Map<Id, number>();
    let unpublished: Id | undefined;
    for (const bucket of await this.#options.outbox.buckets(bucketOf(from), bucketAt(nowMs) + 1)) {
      const rows = await this.#options.outbox.rows(bucket, from);
      const open = await this.#settleAll(rows, graceMs, seen);
      unpublished ??= await this.#publishAll(open);
    }
    this.#seenAtMs = seen;
    if (isWhole || unpublished !== undefined) this.#publishFails = unpublished !== undefined;
    const oldest = [...seen.keys()].sort()[0];
    const settled = before(oldest, firstIdAt(Math.max(0, nowMs - settledLagMs)));
    const published = isWhole ? before(unpublished, settled) : this.#reached.publishedUpTo;
    await this.#advance({ settledUpTo: settled, publishedUpTo: published }, nowMs);
    this.#stats.sweeps++;
  }

  /** Settles the rows that have had their time; answers those to publish, and notes in `seen` those that wait. */
  async #settleAll(rows: readonly OutboxRow[], graceMs: number, seen: Map<Id, number>): Promise<Found[]> {
    const found: Found[] = [];
    const nowMs = this.#options.clock.monotonicMs();
    const open = rows.filter(({ state }) => state !== 'done' && state !== 'aborted');
    await eachLimited(open, repairsAtOnce, async (row) => {
      // Nobody is busy with it: it is settled only once its hints could not be published.
      if (row.state === 'settled') {
        found.push(row);
        return;
      }
      const firstMs = this.#seenAtMs.get(row.id) ?? nowMs;
      if (nowMs - firstMs < graceMs) {
        seen.set(row.id, firstMs);
        return;
      }
      try {
        const record = await this.#settle(row.id);
        if (record) found.push({ ...row, record });
      } catch (error) {
        seen.set(row.id, firstMs);
        this.#options.onError(error);
      }
    });
    return found;
  }

  /** Answers the record if its commit is committed. */
  async #settle(id: Id): Promise<OutboxRecord | undefined> {
    const { outbox, markers, session, layouts, stretches } = this.#options;
    const first = await outbox.record(id);
    if (!first) return undefined;
    const outcome = first.home
      ? ((await markers.read(first.home, id, 'serial')) ?? (await markers.abort(first.home, id)))
      : { is: 'committed' as const, stamp: first.stamp };
    if (outcome.is === 'aborted') {
      await releaseClaims(session, first.claims, first);
      await outbox.mark([first], 'aborted');
      this.#stats.aborted++;
      return undefined;
    }
    const { stamp } = outcome;
    await Promise.all([
      applyEffects({ session, layouts, stretches }, first.effects, { id, stamp }),
      confirmClaims(session, first.claims, { id, stamp }),
    ]);
    await outbox.mark([first], 'settled');
    this.#stats.finished++;
    return first;
  }

  /** Publishes in order; answers the first id that could not be. */
  async #publishAll(found: readonly Found[]): Promise<Id | undefined> {
    const { outbox, publish, onError } = this.#options;
    const rows = found.toSorted((a, b) => (a.id < b.id ? -1 : 1));
    for (let i = 0; i < rows.length; i += publishBatchMax) {
      const batch = rows.slice(i, i + publishBatchMax);
      try {
        const read = await Promise.all(batch.map(async ({ id, record }) => record ?? outbox.record(id)));
        const records = read.filter((record) => record !== undefined);
        await publish(records.flatMap(({ entries }) => entries));
        await outbox.mark(records, 'done');
        this.#stats.republished += records.length;
      } catch (error) {
        onError(error);
        return batch[0]!.id;
      }
    }
    return undefined;
  }

  #take(state: SweepState): void {
    if (state.settledUpTo > this.#reached.settledUpTo) this.#reached.settledUpTo = state.settledUpTo;
    if (state.publishedUpTo > this.#reached.publishedUpTo) this.#reached.publishedUpTo = state.publishedUpTo;
  }

  async #advance(state: SweepState, nowMs: number): Promise<void> {
    const { settledUpTo, publishedUpTo } = this.#reached;
    this.#take(state);
    const moved = this.#reached.settledUpTo > settledUpTo || this.#reached.publishedUpTo > publishedUpTo;
    if (moved) await this.#state.write(this.#reached, nowMs);
  }
}

/** The largest id up to which nothing is open. */
function before(open: Id | undefined, horizon: Id): Id {
  if (open === undefined || open > horizon) return horizon;
  return idFromNumber(Math.max(0, idToNumber(open) - 1));
}
