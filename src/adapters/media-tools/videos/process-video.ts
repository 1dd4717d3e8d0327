import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type ImageVariant,
  type MadeFile,
  MediaToolsError,
  type ProcessedVideo,
  type Rendition,
  type VideoOptions,
  videoLimits,
  type WorkLimits,
} from '../../../ports/media-tools/media-tools.ts';
import { sharp } from '../images/sharp-engine.ts';
import { thumbhashOf } from '../images/thumbhash.ts';
import { sniffFile } from '../sniff.ts';
import type { FfmpegPrograms } from '../work/protocol.ts';
import type { Still } from './engine.ts';
import { outputRate, rungPlaylist } from './filters.ts';
import { codecsOf } from './mp4-boxes.ts';
import { type PlannedRung, planRungs } from './plan-rungs.ts';
import { type MainEntry, mainPlaylist, parseRungPlaylist } from './playlists.ts';
import { videoEngine } from './probe-video.ts';
import { checkSource, posterAtMs, shownSize } from './source.ts';

export interface VideoWork {
  inputFile: string;
  outputDir: string;
  limits: Partial<WorkLimits>;
  programs?: FfmpegPrograms | undefined;
  video: Pick<VideoOptions, 'ladder'>;
  onProgress: (progress: number) => void;
  onProgram: (pid: number, running: boolean) => void;
  onFirstRung: (video: ProcessedVideo) => Promise<void>;
}

const playlistType = 'application/vnd.apple.mpegurl';

export async function processVideo(work: VideoWork): Promise<ProcessedVideo> {
  const limits = { ...videoLimits, ...work.limits };
  const { outputDir } = work;
  const { kind, type } = await sniffFile(work.inputFile);
  if (kind !== 'video') throw new MediaToolsError('unsupported', `${type} is no video`);
  const engine = await videoEngine(work.programs, work.onProgram);
  const source = await engine.inspect(work.inputFile, type, limits);
  checkSource(source, limits);
  const shown = shownSize(source);
  const rungs = planRungs(shown, work.video.ladder);
  const passes = [rungs.slice(0, 1), rungs.slice(1)].filter((pass) => pass.length > 0);
  const { poster, thumbhash } = await makePoster(await engine.still(source, posterAtMs, limits), outputDir);
  const made: MadeRung[] = [];
  const told = (name: string): Promise<ProcessedVideo> =>
    describe({ made, name, outputDir, rest: { poster, thumbhash, ...shown, hasAudio: source.hasAudio } });
  const shares = progressShares(source.codedWidth * source.codedHeight, passes);
  for (const [index, pass] of passes.entries()) {
    const { from, share } = shares[index]!;
    const onTime = (doneMs: number) =>
      work.onProgress(from + share * (source.durationMs > 0 ? Math.min(1, doneMs / source.durationMs) : 0));
    await engine.encode({ source, rungs: pass, outputDir, limits, onTime });
    const rate = rateOf(outputRate(source));
    for (const rung of pass) made.push(await readRung(rung, rate, outputDir));
    if (index === 0) await work.onFirstRung(await told('first.m3u8'));
  }
  work.onProgress(1);
  return told('all.m3u8');
}

/** Each pass decodes the whole source and encodes its rungs, at about this many times the cost for a pixel. */
const encodingCost = 3;

function progressShares(
  sourcePixels: number,
  passes: readonly PlannedRung[][],
): { from: number; share: number }[] {
  const costs = passes.map(
    (rungs) =>
      sourcePixels + rungs.reduce((sum, { width, height }) => sum + width * height * encodingCost, 0),
  );
  const all = costs.reduce((sum, cost) => sum + cost, 0);
  let before = 0;
  return costs.map((cost) => {
    const from = before / all;
    before += cost;
    return { from, share: cost / all };
  });
}

async function makePoster(
  still: Still,
  outputDir: string,
): Promise<{ poster: ImageVariant; thumbhash: string }> {
  const { width, height } = still;
  const image = () => sharp(still.rgb, { raw: { width, height, channels: 3 } });
  const encoded = await image().webp({ quality: 75, effort: 3 }).toBuffer();
  await writeFile(join(outputDir, 'poster.webp'), encoded);
  const poster = { file: 'poster.webp', type: 'image/webp', sizeBytes: encoded.length, width, height };
  return { poster, thumbhash: await thumbhashOf(image()) };
}

interface MadeRung {
  rendition: Rendition;
  entry: MainEntry;
  durationMs: number;
}

/** What the engine has written, measured rather than believed. */
async function readRung(rung: PlannedRung, framesPerSecond: number, outputDir: string): Promise<MadeRung> {
  const made = async (file: string, type: string): Promise<MadeFile> => {
    const { size } = await stat(join(outputDir, file));
    return { file, type, sizeBytes: size };
  };
  const file = rungPlaylist(rung);
  const parsed = parseRungPlaylist(await readFile(join(outputDir, file), 'utf8'));
  if (parsed.segments.length === 0 || !parsed.isWhole)
    throw new MediaToolsError('damaged', 'no frame could be decoded');
  const media = await Promise.all(parsed.segments.map((segment) => made(segment.file, 'video/iso.segment')));
  const init = await made(parsed.init, 'video/mp4');
  const seconds = parsed.segments.reduce((sum, segment) => sum + segment.seconds, 0);
  const bits = media.reduce((sum, { sizeBytes }) => sum + sizeBytes * 8, 0);
  const rates = media.map(
    ({ sizeBytes }, index) => (sizeBytes * 8) / Math.max(0.1, parsed.segments[index]!.seconds),
  );
  const { width, height } = rung;
  const meanBitsPerSecond = Math.ceil(bits / Math.max(0.1, seconds));
  return {
    rendition: {
      width,
      height,
      bitsPerSecond: meanBitsPerSecond,
      playlist: await made(file, playlistType),
      segments: [init, ...media],
    },
    entry: {
      playlist: file,
      width,
      height,
      codecs: codecsOf(await readFile(join(outputDir, init.file))),
      peakBitsPerSecond: Math.ceil(Math.max(...rates)),
      meanBitsPerSecond,
      framesPerSecond,
    },
    durationMs: Math.round(seconds * 1000),
  };
}

async function describe(request: {
  made: readonly MadeRung[];
  name: string;
  outputDir: string;
  rest: Omit<ProcessedVideo, 'renditions' | 'playlist' | 'durationMs'>;
}): Promise<ProcessedVideo> {
  const { made, name: file, outputDir, rest } = request;
  const text = mainPlaylist(made.map(({ entry }) => entry));
  await writeFile(join(outputDir, file), text);
  const playlist = { file, type: playlistType, sizeBytes: Buffer.byteLength(text) };
  return {
    ...rest,
    renditions: made.map(({ rendition }) => rendition),
    playlist,
    durationMs: made[0]!.durationMs,
  };
}

function rateOf(rate: string): number {
  const [over, under = '1'] = rate.split('/');
  return Number(over) / Number(under);
}
