import type { BenchContext } from '../context.ts';
import type { Section } from '../report/figures.ts';
import { benchCeiling } from './ceiling.ts';
import { benchCluster } from './cluster.ts';
import { benchDelivery } from './delivery.ts';
import { benchFanOut } from './fan-out.ts';
import { benchFeed } from './feed.ts';
import { benchFiles } from './files.ts';
import { benchMedia } from './media.ts';
import { benchMemory } from './memory.ts';
import { benchPosting } from './posting.ts';
import { benchSearch } from './search.ts';
import { benchShapes } from './shapes.ts';

/** In the order in which they run. */
export const benches: Record<string, (context: BenchContext) => Promise<Section>> = {
  ceiling: benchCeiling,
  'fan-out': benchFanOut,
  feed: benchFeed,
  posting: benchPosting,
  delivery: benchDelivery,
  search: benchSearch,
  memory: benchMemory,
  shapes: benchShapes,
  media: benchMedia,
  files: benchFiles,
  cluster: benchCluster,
};

/** Run only when named: it needs engines. */
export const onlyNamed: readonly string[] = ['cluster'];
