import { KeyRing } from './key-ring.ts';
import type { HeadState, Run } from './timelines.ts';

export interface Head {
  readonly term: number;
  readonly ring: KeyRing;
  /** Set by reads, taken away by the hand that looks for what to evict. */
  used: boolean;
  bytes: number;
}

export interface AuthorHeadsOptions {
  ringMax: number;
  bytesMax: number;
  nextTerm: () => number;
}

/** The newest keys of authors, by slot. Memory is bounded: a head not read for a turn of the hand goes first. */
export class AuthorHeads {
  readonly #heads: (Head | undefined)[] = [];
  readonly #open: number[] = [];
  readonly #options: AuthorHeadsOptions;
  #hand = 0;
  bytes = 0;
  evictions = 0;

  constructor(options: AuthorHeadsOptions) {
    this.#options = options;
  }

  get count(): number {
    return this.#open.length;
  }

  /** The head, or undefined; marks it as in use. */
  get(slot: number): Head | undefined {
    const head = this.#heads[slot];
    if (head) head.used = true;
    return head;
  }

  open(slot: number): HeadState {
    let head = this.#heads[slot];
    if (!head) {
      head = {
        term: this.#options.nextTerm(),
        ring: new KeyRing({ max: this.#options.ringMax, tagged: false }),
        used: false,
        bytes: 0,
      };
      this.#heads[slot] = head;
      this.#open.push(slot);
      this.#account(head);
      this.#makeRoom();
    }
    return { term: head.term, floor: head.ring.floor };
  }

  push(slot: number, key: number): void {
    const head = this.#heads[slot];
    if (!head) return;
    head.ring.insert(key, 0);
    this.#account(head);
  }

  /** Keys from `from` up to `below`; a gap above them would make the floor a lie, so then they are ignored. */
  fill(slot: number, fill: { term: number; keys: readonly number[]; from: number; below: number }): void {
    const head = this.#heads[slot];
    if (!head || head.term !== fill.term || fill.below < head.ring.floor) return;
    for (const key of fill.keys) head.ring.insert(key, 0);
    head.ring.extend(fill.from);
    this.#account(head);
    this.#makeRoom();
  }

  run(slot: number | undefined, { before, limit }: { before: number; limit: number }): Run {
    const head = slot === undefined ? undefined : this.get(slot);
    if (!head) return { keys: [], floor: Number.POSITIVE_INFINITY };
    const { ring } = head;
    const keys: number[] = [];
    const end = Math.min(ring.count, ring.countFrom(before) + limit);
    let nth = ring.countFrom(before);
    for (; nth < end && ring.keyAt(nth) >= ring.floor; nth++) keys.push(ring.keyAt(nth));
    return {
      keys,
      floor: nth === end && end < ring.count ? Math.max(keys.at(-1) ?? 0, ring.floor) : ring.floor,
    };
  }

  #account(head: Head): void {
    const bytes = head.ring.bytes + 48;
    this.bytes += bytes - head.bytes;
    head.bytes = bytes;
  }

  #makeRoom(): void {
    let turns = 2 * this.#open.length;
    while (this.bytes > this.#options.bytesMax && this.#open.length > 1 && turns-- > 0) {
      this.#hand %= this.#open.length;
      const head = this.#heads[this.#open[this.#hand]!]!;
      if (head.used) head.used = false;
      else this.#evict(this.#hand);
      this.#hand++;
    }
  }

  #evict(at: number): void {
    const slot = this.#open[at]!;
    this.bytes -= this.#heads[slot]!.bytes;
    this.#heads[slot] = undefined;
    const last = this.#open.pop()!;
    if (at < this.#open.length) this.#open[at] = last;
    this.evictions++;
  }

  clear(): void {
    for (const slot of this.#open) this.#heads[slot] = undefined;
    this.#open.length = 0;
    this.bytes = 0;
  }
}
