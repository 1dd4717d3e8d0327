import { type Id, idFromNumber } from '../../lib/ids.ts';
import { KeyHeap } from '../../lib/key-heap.ts';
import { type HeadState, TimelinesUnavailable } from '../../ports/timelines/timelines.ts';
import type { Keys } from './feed.ts';
import { prefetch, readStretches, type SourceDeps, type Stretch } from './load-heads.ts';

/** One sorted list in the merge: an author's posts, or the reader's inbox. */
interface Source {
  index: number;
  authors: Id | readonly Id[];
  keys: readonly number[];
  at: number;
  /** Complete down to here; the merge may not pass before the source is continued. */
  floor: number;
  /** How many keys to read when it is continued; doubles each time. */
  step: number;
}

export interface WalkOptions {
  /** Exclusive. */
  before: number;
  /** Nothing below is wanted. */
  bound?: number;
  /** Reads only the truth: heads are neither asked nor filled. */
  withoutHeads?: boolean;
}

/** An inbox as a source of a walk. */
export interface InboxPart {
  covered: readonly Id[];
  /** The newest keys below `before`, complete down to `floor`; undefined if the inbox has changed since. */
  read(before: number): Promise<(Keys & { floor: number }) | undefined>;
}

const stepMax = 256;

/**
 * Goes down through the posts of many authors, as deep as there are any: a merge of heads and, beyond what heads
 * hold, of each author's list in the truth. Where several lists must be continued it is done in one wave, and
 * those that turn out longest are read in larger steps. Memory O(authors + keys read).
 */
export class Walk {
  readonly #deps: SourceDeps;
  readonly #options: Required<WalkOptions>;
  readonly #sources: Source[] = [];
  readonly #heap = new KeyHeap();
  #inbox: { source: Source; part: InboxPart } | undefined;
  #last: number;

  constructor(deps: SourceDeps, { before, bound = 0, withoutHeads = false }: WalkOptions) {
    this.#deps = deps;
    this.#options = { before, bound, withoutHeads };
    this.#last = before;
  }

  addAuthors(authors: readonly Id[], floor = this.#options.before): void {
    const step = prefetch(authors.length, this.#deps.ringMax);
    for (const id of authors) this.#add(id, floor, step);
  }

  /** The inbox stands for those it covers down to its floor; from there on they are walked one by one. */
  addInbox(part: InboxPart): void {
    this.#inbox = { source: this.#add([], this.#options.before, 0), part };
  }

  #add(authors: Source['authors'], floor: number, step: number): Source {
    const source = { index: this.#sources.length, authors, keys: [], at: 0, floor, step };
    this.#sources.push(source);
    return source;
  }

  /** The next keys downwards. Fewer than `limit` only at the end. */
  async take(limit: number): Promise<Keys> {
    const taken: Keys = { keys: [], authors: [] };
    for (;;) {
      this.#merge(taken, limit);
      if (taken.keys.length >= limit) return taken;
      const top = Math.max(this.#heap.size > 0 ? this.#heap.topKey : 0, this.#options.bound);
      const short = this.#sources.filter(({ floor }) => floor > top);
      if (short.length === 0) return taken;
      await this.#continue(short);
    }
  }

  /** Takes what no source can come before any more. */
  #merge(taken: Keys, limit: number): void {
    const heap = this.#heap;
    let barrier = this.#options.bound;
    for (const { floor } of this.#sources) if (floor > barrier) barrier = floor;
    while (heap.size > 0 && heap.topKey >= barrier && taken.keys.length < limit) {
      const key = heap.topKey;
      const source = this.#sources[heap.topSource]!;
      if (key !== this.#last) {
        taken.keys.push(key);
        taken.authors.push(typeof source.authors === 'string' ? source.authors : source.authors[source.at]!);
        this.#last = key;
      }
      source.at++;
      if (source.at < source.keys.length) heap.replaceTop(source.keys[source.at]!);
      else heap.pop();
    }
  }

  async #continue(short: readonly Source[]): Promise<void> {
    const authors = short.filter((source) => source !== this.#inbox?.source);
    if (authors.length < short.length) await this.#continueInbox();
    const rest = await this.#continueFromHeads(authors);
    await this.#continueFromTruth(rest);
  }

  async #continueInbox(): Promise<void> {
    const { source, part } = this.#inbox!;
    const more = await part.read(source.floor);
    if (more && more.floor < source.floor) return this.#extend(source, more, more.authors);
    // At the inbox's floor, or without it: those it covered are walked by themselves.
    this.addAuthors(part.covered, source.floor);
    source.floor = 0;
  }

  /** Answers those whose head says nothing about what comes next. */
  async #continueFromHeads(sources: readonly Source[]): Promise<readonly Source[]> {
    if (this.#options.withoutHeads || sources.length === 0) return sources;
    const requests = sources.map(({ authors, floor }) => ({ authorId: authors as Id, before: floor }));
    const limit = sources.reduce((most, { step }) => Math.max(most, step), 1);
    const runs = await this.#deps.timelines.headRuns(requests, { limit });
    return sources.filter((source, i) => {
      const run = runs[i]!;
      if (!(run.floor < source.floor)) return true;
      this.#extend(source, run);
      return false;
    });
  }

  /** Reads on in the truth, and lets heads that reach down to there grow by it. */
  async #continueFromTruth(sources: readonly Source[]): Promise<void> {
    if (sources.length === 0) return;
    const ids = sources.map(({ authors }) => authors as Id);
    const states = await this.#openHeads(ids);
    const before = sources.map(({ floor }) => floor);
    const requests = sources.map(({ floor, step }, i) => ({
      authorId: ids[i]!,
      before: floor === Number.POSITIVE_INFINITY ? undefined : idFromNumber(floor),
      limit: step,
    }));
    const stretches = await readStretches(this.#deps, requests);
    sources.forEach((source, i) => {
      this.#extend(source, stretches[i]!);
    });
    if (!states) return;
    const fills = stretches.map(({ keys, floor }, i) => ({
      authorId: ids[i]!,
      term: states[i]!.term,
      keys,
      from: floor,
      below: before[i]!,
    }));
    await this.#deps.timelines.fillHeads(fills).catch((error) => this.#goOnWithoutHeads(error));
  }

  async #openHeads(ids: readonly Id[]): Promise<HeadState[] | undefined> {
    if (this.#options.withoutHeads) return undefined;
    return this.#deps.timelines.openHeads(ids).catch((error) => this.#goOnWithoutHeads(error));
  }

  /** Heads only save reading the truth. */
  #goOnWithoutHeads(error: unknown): undefined {
    if (!(error instanceof TimelinesUnavailable)) throw error;
    this.#options.withoutHeads = true;
  }

  /** A source is continued only when its keys are used up: while one is left, its floor is no barrier. */
  #extend(source: Source, { keys, floor }: Stretch, authors?: readonly Id[]): void {
    if (authors) source.authors = authors;
    source.keys = keys;
    source.at = 0;
    source.floor = floor;
    source.step = Math.min(stepMax, source.step * 2);
    if (keys.length > 0) this.#heap.push(keys[0]!, source.index);
  }
}
