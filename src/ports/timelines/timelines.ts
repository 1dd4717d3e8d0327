import type { Id } from '../../lib/ids.ts';

/**
 * What feeds are made of, derived from posts and follows and disposable at any time: author heads, inboxes,
 * the audiences that inboxes form, and which authors are popular. Keys are feed keys as numbers (`idToNumber`).
 * Every call names its partition, an author or a reader, and is atomic within one of them only.
 *
 * Two promises carry everything, and hold through any interleaving of calls:
 *
 * - *Heads and inboxes are complete from their floor up.* They hold every key of their author, or of the authors
 *   they cover, at or above `floor`, as far as it was read from the truth or pushed. What is below may be there
 *   or not, and is never answered.
 * - *Whoever is covered is in the audience.* An inbox joins the author's audience first (from then on it is
 *   delivered to), is then given the author's older keys from the truth, and counts as covering the author from
 *   then on (`cover`). Leaving goes the other way round. So no key falls between reading and delivery, whatever
 *   the order in which follows, posts and rebuilds arrive; what arrives twice is held once.
 *
 * Nothing is ever taken out because it is not to be seen: readers filter by the truth.
 */
export interface Timelines {
  /** A set of authors made ready for many reads. Pure; stays valid for ever. O(authors). */
  prepare(authors: readonly Id[]): AuthorSet;

  /**
   * One reader's newest keys below `before`: the inbox merged with the heads of `pulled`, each key once.
   * `version` is that of the coverage which `pulled` was worked out from, 0 to leave the inbox aside.
   * O(pulled + limit · log pulled).
   */
  read(request: ReadRequest): Promise<MergedPage>;

  // Partition: author.

  /**
   * Makes sure that each has a head that keeps what is pushed from now on, and says how far down it is complete.
   * Read the truth after this, and offer it by `fillHeads` with the same term.
   */
  openHeads(authors: readonly Id[]): Promise<HeadState[]>;
  /** Keys read from the truth since the head was opened. Ignored where the head is another one by now. */
  fillHeads(fills: readonly HeadFill[]): Promise<void>;
  /** For each author the newest keys below its `before` that its head answers for. O(authors + keys). */
  headRuns(requests: readonly RunRequest[], options: { limit: number }): Promise<Run[]>;
  /** New keys for heads. An author without a head is left without. */
  pushHeads(posts: readonly { authorId: Id; key: number }[]): Promise<void>;
  /**
   * Inboxes to deliver to, in pages of at most `limit`. Whoever joined before the first page and does not leave
   * is in exactly one page or more; whoever joins later may be left out.
   */
  audience(authorId: Id, options: { cursor?: string | undefined; limit: number }): Promise<AudiencePage>;
  /** How many inboxes an author is delivered to; may count some that are gone. O(1). */
  audienceSize(authorId: Id): Promise<number>;
  /** Marks authors whom nobody should come to cover. */
  setPopular(authorId: Id, popular: boolean): Promise<void>;
  /** The popular ones among these. */
  popularAmong(authors: readonly Id[]): Promise<ReadonlySet<Id>>;

  // Partition: reader.

  /** Puts a key into a page of inboxes, in its order, once. Answers how many took it. */
  deliver(readers: Readers, authorId: Id, key: number): Promise<number>;
  /** Ends the coverage of one author in a page of inboxes, then their place in the audience. */
  retire(readers: Readers, authorId: Id): Promise<void>;
  /** Opens the inbox if need be and joins these authors' audiences. */
  join(readerId: Id, authors: readonly Id[]): Promise<InboxState>;
  /**
   * Takes the authors' keys, which were read from the truth after `join` answered `term`, and counts the authors
   * as covered. False, and nothing done, if anybody left since or the inbox is another one.
   */
  cover(readerId: Id, backfill: Backfill): Promise<boolean>;
  /** Ends coverage, then membership. Later covers with an older term fail. */
  uncover(readerId: Id, authors: readonly Id[]): Promise<void>;
  /** Which authors the reader's inbox covers; undefined where there is no inbox. */
  coverage(readerId: Id): Promise<Coverage | undefined>;
  drop(readerId: Id): Promise<void>;

  /** Throws everything away. Calls under way with older terms and versions come to nothing. */
  clear(): Promise<void>;
  /**
   * Grows with every post announced and with everything put into heads and inboxes, whether or not anything was
   * there to take it: while it stands still, the same read gives the same keys. Undefined where others write too.
   */
  version(): number | undefined;
  /** What is held now, for metrics. */
  size(): TimelinesSize;
}

/**
 * The engine is not there. Everything that changes timelines throws it, and `audience`, because nobody may be missed;
 * whoever does so for a reader goes on by the truth. Other reads throw nothing: they answer what they would if all
 * were lost.
 */
export class TimelinesUnavailable extends Error {
  override readonly name = 'TimelinesUnavailable';
}

/** Opaque; made by `prepare`. */
export interface AuthorSet {
  readonly ids: readonly Id[];
}

export interface ReadRequest {
  readerId: Id;
  version: number;
  pulled: AuthorSet;
  /** Exclusive; Infinity for the newest. */
  before: number;
  limit: number;
}

export interface MergedPage {
  /**
   * False if the inbox does not have that version (any more), or has to be looked at by `coverage` once more: nothing
   * was read, plan again.
   */
  current: boolean;
  /** Newest first, each once, all at or above `floor`. */
  keys: number[];
  /** Who wrote each. */
  authors: Id[];
  /** Down to here nothing is missing from the page but by `limit`. 0: all the way. */
  floor: number;
  /** How far down the inbox itself goes; 0 where it was left aside. */
  inboxFloor: number;
  /** Those of `pulled` that have no filled head; while there are any, `floor` is Infinity. */
  absent: Id[];
}

export interface HeadState {
  term: number;
  /** Infinity until filled. */
  floor: number;
}

export interface HeadFill {
  authorId: Id;
  term: number;
  /** Every key of the author from `from` (inclusive) to `below` (exclusive), in any order. */
  keys: readonly number[];
  from: number;
  /** Infinity for the newest; otherwise the floor of the head that is continued downwards. */
  below: number;
}

export interface RunRequest {
  authorId: Id;
  /** Exclusive. */
  before: number;
}

export interface Run {
  /** Newest first. */
  keys: number[];
  /** The run is complete down to here. Infinity where there is no filled head; at or above `before` it says nothing. */
  floor: number;
}

/** Opaque: a page of inboxes. */
export interface Readers {
  readonly count: number;
}

export interface AudiencePage {
  readers: Readers;
  /** Undefined after the last page. */
  next: string | undefined;
}

export interface InboxState {
  term: number;
  /** Infinity until the first `cover`. */
  floor: number;
}

export interface Backfill {
  term: number;
  authors: readonly Id[];
  /** Every key of these authors at or above `from`. */
  keys: readonly number[];
  /** For each key its author, as an index into `authors`. */
  authorOf: readonly number[];
  /** At or below the inbox's floor, or the floor rises to it. */
  from: number;
}

export interface Coverage {
  version: number;
  floor: number;
  has(authorId: Id): boolean;
  authors(): Id[];
}

export interface TimelinesSize {
  inboxes: number;
  heads: number;
  bytes: number;
  evictions: number;
}

/** How many keys an inbox or a head holds at most, as large services do. */
export const ringMaxDefault = 800;
/** The largest page of an audience. */
export const audiencePageMax = 1000;
