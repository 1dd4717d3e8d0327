/** Pages of a folder, however much it holds. */
import { join } from 'node:path';
import { openSqliteStore } from '../../src/adapters/sqlite/store.ts';
import { filesWorld, testUses } from '../../src/features/files/test-files.ts';
import { eachLimited } from '../../src/lib/each-limited.ts';
import { systemClock } from '../../src/ports/clock/clock.ts';
import { tables } from '../../src/tables.ts';
import type { BenchContext } from '../context.ts';
import { type Figure, figure } from '../report/figures.ts';
import { alternate } from '../report/rounds.ts';

const entries = { full: 100_000, quick: 2000 };
const fewEntries = 200;
const pageLimit = 100;
const pagesTimed = 200;
const writesAtOnce = 512;

/** In this process, with rows in SQLite. */
export async function benchListing(context: BenchContext): Promise<Figure[]> {
  const store = await openSqliteStore({
    folder: join(context.workDir, 'listing'),
    tables: [...tables, testUses],
    clock: systemClock,
    highWater: () => undefined,
    onFatal: (error) => {
      throw error;
    },
    onHandlerError: () => undefined,
  });
  const { files, person, content } = filesWorld({ records: store.records });
  const anna = person();
  const filled = async (path: string, count: number) => {
    await files.createFolder(anna, { path });
    const made = content();
    await eachLimited(Array.from({ length: count }), writesAtOnce, async (_, i) => {
      await files.write(anna, { path: `${path}/${String(i).padStart(6, '0')}` }, { content: made });
    });
    return { path };
  };
  try {
    const many = entries[context.quick ? 'quick' : 'full'];
    const small = await filled('/small', fewEntries);
    const large = await filled('/large', many);
    let cursor: string | undefined;
    for (let seen = 0; seen < many - pageLimit; seen += pageLimit)
      cursor = (await files.list(anna, large, { limit: pageLimit, cursor })).nextCursor ?? undefined;
    const timed = (place: { path: string }, from?: string) => async () => {
      const startMs = systemClock.monotonicMs();
      for (let i = 0; i < pagesTimed; i++) await files.list(anna, place, { limit: pageLimit, cursor: from });
      return ((systemClock.monotonicMs() - startMs) / pagesTimed) * 1000;
    };
    const measured = await alternate(context.rounds, {
      small: timed(small),
      first: timed(large),
      last: timed(large, cursor),
    });
    const against = { against: measured.small, inverse: true };
    return [
      figure(`the first page of ${many} entries`, measured.first, 'µs', {
        ...against,
        target: `~1: like one of ${fewEntries}`,
      }),
      figure('the last page of them', measured.last, 'µs', { ...against, target: '~1' }),
    ];
  } finally {
    await store.close();
  }
}
