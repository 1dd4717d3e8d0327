import { LRUCache } from 'lru-cache';
import type { Id } from '../../lib/ids.ts';
import type { Clock } from '../../ports/clock/clock.ts';
import type { ViewerGraph } from '../graph/index.ts';
import { noRate, type Rate } from './costs.ts';
import type { Plan } from './plan.ts';

/** What this process knows of somebody who reads here. */
export interface Reader {
  readonly id: Id;
  plan: Plan | undefined;
  planAtMs: number;
  /** There is nothing to cover or uncover as far as the plan says. */
  settled: boolean;
  reads: Rate;
  lastReadMs: number;
  /** Between the last two reads. */
  absentMs: number;
  /** As the last newest page showed it. */
  arrivalsPerMs: number;
}

const readersMax = 100_000;
/** Who is popular may have changed since. */
const planAgeMaxMs = 600_000;

/** A bounded register of recent readers; who is forgotten begins anew. */
export class Readers {
  readonly #readers: LRUCache<Id, Reader>;
  readonly #clock: Clock;

  /** `forget` hears of those who are put out, to drop their inboxes. */
  constructor(clock: Clock, forget: (id: Id) => void) {
    this.#clock = clock;
    this.#readers = new LRUCache<Id, Reader>({
      // By size, because an LRUCache with `max` takes its whole memory at once.
      maxSize: readersMax,
      sizeCalculation: () => 1,
      dispose: (_reader, id, reason) => {
        if (reason === 'evict') forget(id);
      },
    });
  }

  get(id: Id): Reader {
    let reader = this.#readers.get(id);
    if (!reader) {
      const nowMs = this.#clock.nowMs();
      reader = {
        id,
        plan: undefined,
        planAtMs: 0,
        settled: false,
        reads: noRate(nowMs),
        lastReadMs: nowMs,
        absentMs: 0,
        arrivalsPerMs: 0,
      };
      this.#readers.set(id, reader);
    }
    return reader;
  }
  peek(id: Id): Reader | undefined {
    return this.#readers.peek(id);
  }
  has(id: Id): boolean {
    return this.#readers.has(id);
  }

  /** The plan made for this very graph, unless it has aged. */
  planFor(reader: Reader, viewer: ViewerGraph): Plan | undefined {
    const { plan, planAtMs } = reader;
    if (plan?.viewer !== viewer) return undefined;
    return this.#clock.nowMs() - planAtMs > planAgeMaxMs ? undefined : plan;
  }
  setPlan(reader: Reader, plan: Plan): void {
    reader.plan = plan;
    reader.planAtMs = this.#clock.nowMs();
    reader.settled = false;
  }

  /** Those who have not read for so long, at most `limit`. */
  absent(absentMs: number, limit: number): Reader[] {
    const found: Reader[] = [];
    const sinceMs = this.#clock.nowMs() - absentMs;
    for (const reader of this.#readers.rvalues() as Iterable<Reader>) {
      if (reader.lastReadMs >= sinceMs || found.length >= limit) break;
      found.push(reader);
    }
    return found;
  }
  forget(id: Id): void {
    this.#readers.delete(id);
  }
  clear(): void {
    this.#readers.clear();
  }
}
