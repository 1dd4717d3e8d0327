import type { Id } from '../../src/lib/ids.ts';

/** Somebody with a session. */
export interface Member {
  userId: Id;
  username: string;
  token: string;
}

/**
 * How large a world to build. Readers are the same in every world, whatever its size: each follows
 * `followsPerReader` of the `writers`, who have `postsPerWriter` posts each.
 */
export interface WorldSize {
  users: number;
  writers: number;
  postsPerWriter: number;
  /** Asked again and again. */
  warmReaders: number;
  /** Asked once each after a start. */
  coldReaders: number;
  followsPerReader: number;
  /** The hard shapes, where wanted. */
  shapes?: ShapeSize;
}

export interface ShapeSize {
  /** Followers of the one star: taken from those who have no other part. */
  starFollowers: number;
  /** Authors whom the one eager reader follows, each with a post or more. */
  eagerFollows: number;
  /** Under one post of the star. */
  comments: number;
  popularAuthors: number;
  /** Of each popular author. */
  popularFollowers: number;
}

export interface BenchWorld {
  size: WorldSize;
  dataDir: string;
  /** Posts in all. */
  posts: number;
  writers: Member[];
  warmReaders: Member[];
  coldReaders: Member[];
  shapes?: Shapes;
  buildSeconds: number;
}

export interface Shapes {
  star: Member;
  /** Follows very many. */
  eager: Member;
  /** Follows the popular authors and nobody else. */
  puller: Member;
  popular: Member[];
  /** A post of the star with very many comments. */
  busyPostId: Id;
}
