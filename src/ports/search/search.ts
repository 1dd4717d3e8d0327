import type { Id } from '../../lib/ids.ts';

/**
 * The search index: derived from the truth, may be thrown away at any time and built again. It finds and
 * ranks; who may see what it finds is decided by whoever asks, against the truth.
 */

/** Whom the index offers a post to. A first sieve only: callers check each hit. */
export type Audience = 'everyone' | 'followers' | 'author' | 'nobody';

export interface PostDocument {
  id: Id;
  authorId: Id;
  /** Its place in time, and in the index; fixed for a post. */
  feedKey: Id;
  audience: Audience;
  title: string;
  text: string;
  description: string;
  hashtags: readonly string[];
  /** As `popularityOf` says. */
  popularity: number;
}

export interface UserDocument {
  id: Id;
  username: string;
  displayName: string;
  followers: number;
}

/** Every change is idempotent, and what it names need not be there. */
export type SearchChange =
  | { op: 'post'; post: PostDocument }
  | { op: 'remove-post'; id: Id }
  | { op: 'popularity'; id: Id; popularity: number }
  | { op: 'user'; user: UserDocument }
  | { op: 'remove-user'; id: Id };

/** Changes in one call. */
export const changesMax = 1000;
/** Posts ranked at once: the newest of those that match. An engine may rank fewer where the query costs it more. */
export const rankedMax = 1000;
export const hitsMax = 1000;

/** What a post must hold: all of it. At least one of the three. */
export interface PostMatch {
  /** Folded words, runs of a script without spaces, or several words with one space between: a phrase. */
  terms: readonly string[];
  /** Folded, without `#`. */
  hashtags: readonly string[];
  authorId?: Id | undefined;
}

/** A stretch of the index by feed key, both ends included, in which all that matches is ranked together. */
export interface RankedWindow {
  top: Id;
  floor: Id;
  /** Nothing below matches. */
  isLast: boolean;
}

export interface PostQuery extends PostMatch {
  /** Finds posts of audience `author` for this person. */
  viewerId: Id;
  /** Recency counts back from then: the same on every page of one search. */
  nowMs: number;
  /** Undefined: the newest `rankedMax` matches, or those below `below`. */
  window?: RankedWindow | undefined;
  below?: Id | undefined;
  /** Goes on after this hit of the same window. */
  after?: { score: number; feedKey: Id } | undefined;
  limit: number;
}

export interface PostHit {
  id: Id;
  authorId: Id;
  feedKey: Id;
  score: number;
}

export interface PostHits {
  /** Best first; the newer first among equals. Fewer than `limit` only at the end of the window. */
  hits: PostHit[];
  window: RankedWindow;
}

/** Where a hit stands in the order of users: rank, then id. */
export interface UserPlace {
  /** Smaller first: handles before names, whole before beginnings, then the followed before others. */
  rank: number;
  id: Id;
}

export interface UserQuery {
  /** Folded words; the name must hold words beginning with each, or the handle begin with the only one. */
  words: readonly string[];
  /** The beginning of a handle, nothing else. */
  handleOnly: boolean;
  after?: UserPlace | undefined;
  limit: number;
}

export interface HashtagPlace {
  rank: number;
  hashtag: string;
}

export interface HashtagHit extends HashtagPlace {
  /** Posts for everyone that carry it. */
  posts: number;
}

export interface HashtagQuery {
  /** Folded. */
  prefix: string;
  after?: HashtagPlace | undefined;
  limit: number;
}

export interface Trend {
  hashtag: string;
  /** Distinct people who used it within the days that count. */
  people: number;
  /** People, each weighed by how recently they used it. */
  score: number;
}

export interface IndexState {
  /** True once it held everything there was; false when it was lost or never built. */
  isBuilt: boolean;
  /** The log position given with the last `apply`; 0 at first. */
  position: number;
  posts: number;
  users: number;
  isRebuilding: boolean;
}

/** A new index beside the one that serves. */
export interface Rebuild {
  /** What was read from the truth. A document changed by `apply` since the rebuild began is left as that made it. */
  add(changes: readonly SearchChange[]): Promise<void>;
  /** From now on the new one serves; a query under way still gets the old one's answer. */
  finish(): Promise<void>;
  abort(): Promise<void>;
}

/**
 * `overloaded`: too many queries wait. `broken`: the index cannot be read; `clear` and rebuild it.
 * `unavailable`: not now, try again.
 */
export class SearchError extends Error {
  readonly kind: 'overloaded' | 'broken' | 'unavailable' | 'closed';
  constructor(kind: SearchError['kind'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'SearchError';
    this.kind = kind;
  }
}

export interface SearchIndex {
  /**
   * Resolves when queries see it: that is the back-pressure, callers wait before they send more. What a crash
   * takes away is never older than the stored position says. At most `changesMax` changes.
   */
  apply(changes: readonly SearchChange[], position?: number): Promise<void>;
  /** O(matches up to `rankedMax`), however many there are beyond. */
  posts(query: PostQuery): Promise<PostHits>;
  users(query: UserQuery): Promise<UserPlace[]>;
  hashtags(query: HashtagQuery): Promise<HashtagHit[]>;
  /** Best first. Of posts for everyone only, and of at least two people. Seconds of work at worst: cache it. */
  trends(options: { nowMs: number; limit: number }): Promise<Trend[]>;
  state(): Promise<IndexState>;
  /** One at a time: throws `unavailable` while another runs. Changes applied meanwhile reach both indexes. */
  rebuild(): Promise<Rebuild>;
  /** Empty, and not built. */
  clear(): Promise<void>;
  close(): Promise<void>;
}
