import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Id } from '../../lib/ids.ts';
import type { ImageVariant, MediaTools } from '../../ports/media-tools/media-tools.ts';
import { write } from '../../ports/records/records.ts';
import { asBadOriginal, type JobTask, NoLongerWanted } from '../media/index.ts';
import type { PreviewsContext } from './context.ts';
import { removeMade, shelfOf } from './remove-previews.ts';
import { filePreviews, type PreviewRow, type PreviewSize, previewSizes } from './tables.ts';

export interface MakingDeps {
  tools: MediaTools;
  /** This process's own folder for what is worked on. */
  workFolder: string;
}

const widthOf: Readonly<Record<PreviewSize, number>> = { small: 320, large: 1280 };

/** What a process that prepares media does besides. */
export const previewTask = (context: PreviewsContext, deps: MakingDeps): JobTask => ({
  jobs: context.jobs,
  called: 'the preview of',
  perform: (contentId, given) => makePreview({ ...context, ...deps }, contentId, given),
  giveUp: (contentId) => settle(context, contentId, { state: 'none', blobs: null }),
});

/** Makes all sizes of one content's preview. */
async function makePreview(
  deps: PreviewsContext & MakingDeps,
  contentId: Id,
  { run, signal }: { run: string; signal: AbortSignal },
): Promise<void> {
  if (!(await isThere(deps, contentId))) {
    // An earlier try may have ended halfway.
    await removeMade(deps, contentId);
    throw new NoLongerWanted();
  }
  await mkdir(deps.workFolder, { recursive: true, mode: 0o700 });
  const folder = await mkdtemp(join(deps.workFolder, 'preview-'));
  try {
    const [original, made] = [join(folder, 'original'), join(folder, 'made')];
    await mkdir(made);
    const { body } = await deps.contents.open(contentId);
    await pipeline(body, createWriteStream(original, { flags: 'wx', mode: 0o600 }), { signal });
    const { kind } = await deps.tools.probe(original, { signal });
    const options = { widths: previewSizes.map((size) => widthOf[size]), formats: ['webp'] as const, signal };
    const { variants } =
      kind === 'image'
        ? await deps.tools.processImage(original, made, options)
        : await deps.tools.processStill(original, made, options);
    const blobs = await storeSizes(deps, { contentId, run, made, variants });
    await settle(deps, contentId, { state: 'ready', blobs });
  } catch (error) {
    throw asBadOriginal(error);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  // What went meanwhile was looked for before these were there.
  if (!(await isThere(deps, contentId))) await removeMade(deps, contentId);
}

const isThere = async ({ contents }: PreviewsContext, contentId: Id): Promise<boolean> =>
  (await contents.describe([contentId]))[0] !== undefined;

/** A small original gives fewer variants than sizes: the larger is then the smaller as well. */
async function storeSizes(
  { blobs }: PreviewsContext,
  given: { contentId: Id; run: string; made: string; variants: readonly ImageVariant[] },
): Promise<Record<PreviewSize, string>> {
  const { contentId, run, made, variants } = given;
  const sorted = variants.toSorted((a, b) => a.width - b.width);
  const chosen = { small: sorted[0]!, large: sorted.at(-1)! };
  const named: Record<string, string> = {};
  for (const { file, type, sizeBytes } of new Set([chosen.small, chosen.large])) {
    named[file] = `${shelfOf(contentId)}/${run}-${file}`;
    await blobs.put(named[file], createReadStream(join(made, file)), { type, sizeBytes });
  }
  return { small: named[chosen.small.file]!, large: named[chosen.large.file]! };
}

async function settle({ records }: PreviewsContext, contentId: Id, value: PreviewRow): Promise<void> {
  const row = await records.get(filePreviews, [contentId]);
  // The row went with its content, or is settled.
  if (row?.value.state !== 'waiting') return;
  await records.commit({
    decide: [write.replace(filePreviews, [contentId], value, row.version)],
    hints: [{ kind: 'preview.changed', key: contentId, data: { contentId, state: value.state } }],
  });
}
