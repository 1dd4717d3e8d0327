import type { Blobs } from '../../ports/blobs/blobs.ts';
import type { Clock } from '../../ports/clock/clock.ts';
import type { Packs } from '../../ports/packs/packs.ts';
import { type Records, write } from '../../ports/records/records.ts';
import { type StoredPart, storageMeasures } from './tables.ts';

export interface MeasureDeps {
  records: Records;
  clock: Pick<Clock, 'nowMs'>;
  blobs: Pick<Blobs, 'list'>;
  packs: Pick<Packs, 'list'>;
}

export const measuresName = 'all';
/** Between the end of one walk and the next. */
export const restMs = 6 * 3_600_000;
const listedAtOnceMax = 500;

/** What is walked through, one after the other, and what each is called. */
const parts = ['originals', 'media', 'previews', 'files'] as const;

/**
 * Walks through everything stored, a page at a time, and keeps what it adds up to. Where it is stands in memory, so a
 * start begins anew.
 */
export function createMeasureSteps({ records, clock, blobs, packs }: MeasureDeps): {
  doing: string;
  run(): Promise<number>;
}[] {
  let part = 0;
  let after: string | undefined;
  let found: Record<string, StoredPart> = {};
  let restsUntilMs = 0;

  const readPage = async (name: (typeof parts)[number]): Promise<{ name: string; sizeBytes: number }[]> => {
    const page = { after, limit: listedAtOnceMax };
    if (name !== 'files') return blobs.list(`${name}/`, page);
    return (await packs.list(page)).map(({ pack, sizeBytes }) => ({ name: pack, sizeBytes }));
  };

  return [
    {
      doing: 'measuring what is stored',
      async run() {
        if (clock.nowMs() < restsUntilMs) return 0;
        const name = parts[part]!;
        const page = await readPage(name);
        const sum = found[name] ?? { bytes: 0, count: 0 };
        for (const { sizeBytes } of page) sum.bytes += sizeBytes;
        sum.count += page.length;
        found[name] = sum;
        after = page.at(-1)?.name;
        if (page.length < listedAtOnceMax) {
          after = undefined;
          part = (part + 1) % parts.length;
          if (part === 0) {
            const atMs = clock.nowMs();
            await records.commit({
              decide: [write.put(storageMeasures, [measuresName], { parts: found, atMs })],
              hints: [{ kind: 'storage.measured', key: measuresName, data: { atMs } }],
            });
            found = {};
            restsUntilMs = atMs + restMs;
          }
        }
        // A part that is empty does not end the walk.
        return part === 0 && after === undefined ? page.length : Math.max(1, page.length);
      },
    },
  ];
}
