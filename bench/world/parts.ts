import type { BenchWorld, Member, Shapes, WorldSize } from './world.ts';

/** Who plays which part in a world. */
export interface Parts {
  writers: Member[];
  readers: Pick<BenchWorld, 'warmReaders' | 'coldReaders'>;
  shapes: Omit<Shapes, 'busyPostId'> | undefined;
  /** Everybody without a part: followers, mostly. */
  rest: Member[];
}

/** Parts in a fixed order; throws if the world has too few people for them. */
export function assignParts(members: readonly Member[], size: WorldSize): Parts {
  const left = [...members];
  const take = (count: number) => {
    if (left.length < count)
      throw new RangeError(`a world of ${size.users} users is too small for its parts`);
    return left.splice(0, count);
  };
  const writers = take(size.writers);
  const readers = { warmReaders: take(size.warmReaders), coldReaders: take(size.coldReaders) };
  const shapes = size.shapes && {
    star: take(1)[0]!,
    eager: take(1)[0]!,
    puller: take(1)[0]!,
    popular: take(size.shapes.popularAuthors),
  };
  return { writers, readers, shapes, rest: left };
}
