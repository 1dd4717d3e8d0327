import type { LogEntry } from '../../ports/log/log.ts';

/** Where Kafka put an entry. */
export interface Place {
  partition: number;
  offset: bigint;
}

/** Entries remembered. One that comes back from Kafka when it is forgotten is handled twice, which does no harm. */
const rememberedMax = 50_000;
/** A commit whose hints nobody publishes here for so long is left to the sweep, wherever that runs. */
const publishedWithinMsMax = 60_000;
const expireEveryMs = 5_000;

interface Own {
  sinceMs: number;
  place: Place | undefined;
}

/** What this process committed lately: handed over here already, and on its way to everybody. */
export class OwnEntries {
  #nowMs: () => number;
  #entries = new Map<number, Own>();
  #unpublished = new Set<number>();
  #waiting = new Set<{ positions: Set<number>; resolve: () => void }>();
  #expiring: NodeJS.Timeout;

  constructor(monotonicMs: () => number) {
    this.#nowMs = monotonicMs;
    this.#expiring = setInterval(() => this.#expire(), expireEveryMs).unref();
  }

  get unpublished(): number {
    return this.#unpublished.size;
  }

  add(entries: readonly LogEntry[]): void {
    for (const { position } of entries) {
      this.#entries.set(position, { sinceMs: this.#nowMs(), place: undefined });
      this.#unpublished.add(position);
    }
    while (this.#entries.size > rememberedMax) this.#forgetOldest();
  }

  /** Whether this process has handed it over already. */
  has(position: number): boolean {
    return this.#entries.has(position);
  }

  /** Says that it was not handed over after all: it must be taken when it comes from Kafka. */
  forget(position: number): void {
    this.#entries.delete(position);
    this.#settle(position);
  }

  published(position: number, place: Place): void {
    const own = this.#entries.get(position);
    if (own) own.place = place;
    this.#settle(position);
  }

  /** It could not be published here: the sweep will do it. */
  leave(entries: readonly LogEntry[]): void {
    for (const { position } of entries) this.#settle(position);
  }

  /** Resolves when what is unpublished now, up to that position, is published or left to the sweep. */
  settled(upTo = Number.POSITIVE_INFINITY): Promise<void> {
    const positions = new Set([...this.#unpublished].filter((position) => position <= upTo));
    if (positions.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.add({ positions, resolve }));
  }

  /** The first offset after all that this process published up to that position, by partition. */
  endsUpTo(upTo: number): Map<number, bigint> {
    const ends = new Map<number, bigint>();
    for (const [position, { place }] of this.#entries) {
      if (!place || position > upTo) continue;
      const end = place.offset + 1n;
      if (end > (ends.get(place.partition) ?? 0n)) ends.set(place.partition, end);
    }
    return ends;
  }

  close(): void {
    clearInterval(this.#expiring);
    for (const { resolve } of this.#waiting) resolve();
    this.#waiting.clear();
  }

  #settle(position: number): void {
    if (!this.#unpublished.delete(position)) return;
    for (const each of this.#waiting) {
      each.positions.delete(position);
      if (each.positions.size > 0) continue;
      this.#waiting.delete(each);
      each.resolve();
    }
  }

  #forgetOldest(): void {
    const [oldest] = this.#entries.keys();
    if (oldest !== undefined) this.forget(oldest);
  }

  #expire(): void {
    for (const position of this.#unpublished) {
      const own = this.#entries.get(position);
      if (own && own.sinceMs > this.#nowMs() - publishedWithinMsMax) return;
      this.#settle(position);
    }
  }
}
