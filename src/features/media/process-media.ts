import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { BlobsError } from '../../ports/blobs/blobs.ts';
import {
  defaultLadder,
  defaultWidths,
  type MadeFile,
  type MediaTools,
  MediaToolsError,
  type ProcessedImage,
  type ProcessedVideo,
} from '../../ports/media-tools/media-tools.ts';
import { write } from '../../ports/records/records.ts';
import { changeMedia, readMedia, rowWith } from './change-media.ts';
import type { MediaContext } from './context.ts';
import { blobOf, blobsOf, type FailureReason, type Media, type Shown } from './media.ts';
import { mediaProgress } from './tables.ts';

export interface ProcessingDeps extends MediaContext {
  tools: MediaTools;
  /** This process's own folder for what is worked on; what lies in it may go when the process has ended. */
  workFolder: string;
}

const folderPrefix = 'medium-';

/** The medium is no longer wanted: deleted, or done by somebody else. */
export class NoLongerWanted extends Error {}

/** An original's own fault: trying again would end the same. */
export class BadOriginal extends Error {
  readonly reason: FailureReason;
  constructor(reason: FailureReason, options?: ErrorOptions) {
    super(`the original is refused: ${reason}`, options);
    this.reason = reason;
  }
}

/** Progress is written down at steps of at least so much. */
const progressStep = 0.05;
/** Files of one medium that are copied to the store at once. */
const copiesMax = 4;

/**
 * Turns an original into what is shown, and the medium's row into one that says so. `run` names this try. Rejects with
 * BadOriginal, NoLongerWanted, or whatever else kept it from being done.
 */
export async function processMedia(
  deps: ProcessingDeps,
  mediaId: string,
  { run, signal }: { run: string; signal: AbortSignal },
): Promise<void> {
  const medium = await readMedia(deps, mediaId);
  if (medium?.state !== 'processing') throw new NoLongerWanted();
  await mkdir(deps.workFolder, { recursive: true, mode: 0o700 });
  const folder = await mkdtemp(join(deps.workFolder, folderPrefix));
  try {
    const [original, made] = [join(folder, 'original'), join(folder, 'made')];
    await mkdir(made);
    await fetchOriginal(deps, medium, original, signal);
    await makeShown({ deps, medium, run, original, made, signal });
  } catch (error) {
    if (error instanceof NoLongerWanted) await removeRun(deps, medium, run);
    throw asBadOriginal(error);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  await removeOtherRuns(deps, medium, run);
}

interface Work {
  deps: ProcessingDeps;
  medium: Media;
  run: string;
  original: string;
  made: string;
  signal: AbortSignal;
}

async function makeShown(work: Work): Promise<void> {
  const { deps, medium, original, made, run, signal } = work;
  const { tools } = deps;
  const onProgress = progressWriter(deps, medium);
  const probe = await tools.probe(original, { signal });
  if (probe.kind !== medium.kind) throw new BadOriginal('unsupported');
  if (probe.kind === 'image') {
    const image = await tools.processImage(original, made, { widths: defaultWidths, signal, onProgress });
    await store(work, image.variants, new Set());
    await show(work, shownImage(image, run), true);
    return;
  }
  const stored = new Set<string>();
  const video = await tools.processVideo(original, made, {
    ladder: defaultLadder,
    signal,
    onProgress,
    async onFirstRung(first) {
      await store(work, filesOf(first), stored);
      await show(work, shownVideo(first, run), false);
    },
  });
  await store(work, filesOf(video), stored);
  await show(work, shownVideo(video, run), true);
}

/** Makes what is stored so far be shown, and at the end says that it is all. */
async function show({ deps, medium }: Work, shown: Shown, isAll: boolean): Promise<void> {
  const changed = await changeMedia(deps, medium.id, (current) =>
    current.state === 'processing'
      ? { row: rowWith(current, { shown, ...(isAll && { state: 'ready' as const }) }) }
      : undefined,
  );
  if (!changed || changed.shown?.run !== shown.run) throw new NoLongerWanted();
}

async function fetchOriginal(
  { blobs }: ProcessingDeps,
  { original, sha256, sizeBytes }: Media,
  file: string,
  signal: AbortSignal,
): Promise<void> {
  const opened = await blobs.get(original).catch((error) => {
    throw error instanceof BlobsError && error.kind === 'absent' ? new BadOriginal('mismatch') : error;
  });
  const hash = createHash('sha256');
  const hashing = async function* (chunks: AsyncIterable<Uint8Array>) {
    for await (const chunk of chunks) {
      hash.update(chunk);
      yield chunk;
    }
  };
  if (opened.sizeBytes !== sizeBytes) {
    opened.body.destroy();
    throw new BadOriginal('mismatch');
  }
  await pipeline(opened.body, hashing, createWriteStream(file, { flags: 'wx', mode: 0o600 }), { signal });
  if (sha256 !== null && hash.digest('hex') !== sha256) throw new BadOriginal('mismatch');
}

/** Copies files to the store that are not there yet, some at once. */
async function store(
  { deps, medium, run, made, signal }: Work,
  files: readonly MadeFile[],
  stored: Set<string>,
): Promise<void> {
  const waiting = files.filter(({ file }) => !stored.has(file));
  const copy = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      signal.throwIfAborted();
      const { file, type, sizeBytes } = next;
      await deps.blobs.put(blobOf(medium.name, run, file), createReadStream(join(made, file)), {
        type,
        sizeBytes,
      });
      stored.add(file);
    }
  };
  await Promise.all(Array.from({ length: copiesMax }, copy));
}

const filesOf = ({ poster, playlist, renditions }: ProcessedVideo): MadeFile[] => [
  poster,
  ...renditions.flatMap((rendition) => [...rendition.segments, rendition.playlist]),
  playlist,
];

const shownImage = (
  { variants, thumbhash, width, height, isAnimated }: ProcessedImage,
  run: string,
): Shown => ({
  run,
  width,
  height,
  durationMs: null,
  isAnimated,
  hasAudio: false,
  thumbhash,
  variants,
  poster: null,
  playlist: null,
});

const shownVideo = (video: ProcessedVideo, run: string): Shown => ({
  run,
  width: video.width,
  height: video.height,
  durationMs: video.durationMs,
  isAnimated: false,
  hasAudio: video.hasAudio,
  thumbhash: video.thumbhash,
  variants: [],
  poster: video.poster.file,
  playlist: video.playlist.file,
});

/** Writes progress down now and then; that it cannot be written keeps nothing from going on. */
function progressWriter({ records }: ProcessingDeps, { id, ownerId }: Media): (progress: number) => void {
  let written = 0;
  return (progress) => {
    if (progress < written + progressStep) return;
    written = progress;
    const commit = records.commit({
      decide: [write.put(mediaProgress, [id], { progress })],
      hints: [{ kind: 'media.progress', key: ownerId, data: { mediaId: id, ownerId, progress } }],
    });
    commit.catch(() => undefined);
  };
}

/** What tools and disk say, as the original's fault where it is. */
export function asBadOriginal(error: unknown): unknown {
  if (!(error instanceof MediaToolsError) || error.kind === 'interrupted') return error;
  return new BadOriginal(error.kind, { cause: error });
}

const runsPageMax = 1000;

async function removeRun({ blobs }: ProcessingDeps, { name }: Media, run: string): Promise<void> {
  for (const each of await blobs.list(`${blobsOf(name)}/${run}/`, { limit: runsPageMax }))
    await blobs.delete(each.name);
}

/** What earlier tries left; whoever watches one of them loads the page again. */
async function removeOtherRuns({ blobs }: ProcessingDeps, { name }: Media, run: string): Promise<void> {
  const own = `${blobsOf(name)}/${run}/`;
  let after: string | undefined;
  for (;;) {
    const page = await blobs.list(`${blobsOf(name)}/`, { after, limit: runsPageMax });
    for (const each of page) if (!each.name.startsWith(own)) await blobs.delete(each.name);
    if (page.length < runsPageMax) return;
    after = page.at(-1)!.name;
  }
}
