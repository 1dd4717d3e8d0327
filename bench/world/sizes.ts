import type { WorldName } from '../context.ts';
import type { WorldSize } from './world.ts';

const readers = { warmReaders: 200, followsPerReader: 50, writers: 800, postsPerWriter: 30 };

/** Small enough to be moved into a cluster within half a minute. */
const cluster: WorldSize = {
  users: 400,
  writers: 200,
  postsPerWriter: 22,
  warmReaders: 50,
  coldReaders: 100,
  followsPerReader: 50,
};

export const fullSizes: Record<WorldName, WorldSize> = {
  small: { ...readers, users: 1_000, coldReaders: 0 },
  cluster,
  large: {
    ...readers,
    users: 104_000,
    coldReaders: 2_000,
    shapes: {
      starFollowers: 100_000,
      eagerFollows: 5_000,
      comments: 10_000,
      popularAuthors: 50,
      popularFollowers: 1_000,
    },
  },
};

const quickReaders = { warmReaders: 50, followsPerReader: 50, writers: 100, postsPerWriter: 22 };

export const quickSizes: Record<WorldName, WorldSize> = {
  small: { ...quickReaders, users: 150, coldReaders: 0 },
  cluster,
  large: {
    ...quickReaders,
    users: 2_000,
    coldReaders: 200,
    shapes: {
      starFollowers: 1_000,
      eagerFollows: 500,
      comments: 500,
      popularAuthors: 20,
      popularFollowers: 100,
    },
  },
};
