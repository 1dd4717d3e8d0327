import { readMedia } from './change-media.ts';
import type { MediaContext } from './context.ts';
import { type Media, mediaIdOfOriginal, unusedGraceMs } from './media.ts';
import { mediaByName } from './tables.ts';

/** What is younger may be of work that goes on right now. */
export const strayGraceMs = unusedGraceMs;
/** Between the end of one sweep and the next. */
const restMs = 24 * 3_600_000;
const sweptAtOnceMax = 500;
const uploadsAtOnceMax = 1000;

interface Step {
  doing: string;
  run(): Promise<number>;
}

/**
 * Blobs that no row leads to, runs that nothing shows, uploads in parts that nobody goes on with: what crashes leave
 * that come between a store and the records. Walks through the store a page at a time, once a day; where it is stands
 * in memory, so a start begins anew.
 */
export function createSweepSteps(context: MediaContext): Step[] {
  return [sweepBlobs(context), endLeftUploads(context)];
}

const roots = ['originals/', 'media/'] as const;

function sweepBlobs(context: MediaContext): Step {
  const { blobs, clock } = context;
  let root = 0;
  let after: string | undefined;
  let restsUntilMs = 0;
  return {
    doing: 'looking for what no photo or video needs',
    async run() {
      const nowMs = clock.nowMs();
      if (nowMs < restsUntilMs) return 0;
      const page = await blobs.list(roots[root]!, { after, limit: sweptAtOnceMax });
      const isNeeded = askWhatIsNeeded(context);
      for (const { name, storedAtMs } of page)
        if (storedAtMs < nowMs - strayGraceMs && !(await isNeeded(name))) await blobs.delete(name);
      after = page.at(-1)?.name;
      if (page.length < sweptAtOnceMax) {
        after = undefined;
        root = (root + 1) % roots.length;
        if (root === 0) restsUntilMs = nowMs + restMs;
      }
      return page.length;
    },
  };
}

const shownPattern = /^media\/[0-9a-z]{2}\/([0-9a-z]{26})\/([^/]+)\/[^/]+$/;

/** Looks each medium up once; made anew for each page. What has a name we never give is left alone. */
function askWhatIsNeeded(context: MediaContext): (blob: string) => Promise<boolean> {
  const found = new Map<string, Promise<Media | undefined>>();
  const once = (key: string, read: () => Promise<Media | undefined>) => {
    const known = found.get(key) ?? read();
    found.set(key, known);
    return known;
  };
  return async (blob) => {
    const id = mediaIdOfOriginal(blob);
    if (id !== undefined) return (await once(id, () => readMedia(context, id)))?.original === blob;
    const [, name, run] = shownPattern.exec(blob) ?? [];
    if (name === undefined) return true;
    const medium = await once(name, async () => {
      const row = await context.records.get(mediaByName, [name]);
      return row && readMedia(context, row.value.mediaId);
    });
    if (!medium) return false;
    // While it is worked on, or about to be purged, others see to its runs.
    return (medium.state !== 'ready' && medium.state !== 'failed') || medium.shown?.run === run;
  };
}

function endLeftUploads({ blobs, clock }: MediaContext): Step {
  let restsUntilMs = 0;
  return {
    doing: 'ending uploads that nobody goes on with',
    async run() {
      const nowMs = clock.nowMs();
      if (nowMs < restsUntilMs) return 0;
      restsUntilMs = nowMs + restMs;
      const left = await blobs.uploadsBefore(nowMs - strayGraceMs, { limit: uploadsAtOnceMax });
      const ours = left.filter(({ name }) => roots.some((each) => name.startsWith(each)));
      for (const upload of ours) await blobs.abort(upload);
      return ours.length;
    },
  };
}
