import { availableParallelism, tmpdir } from 'node:os';
import { resolve } from 'node:path';
import {
  imageLimits,
  type MediaProbe,
  type MediaTools,
  type ProcessedImage,
  type ProcessedVideo,
  videoLimits,
  type WorkLimits,
  type WorkOptions,
} from '../../ports/media-tools/media-tools.ts';
import { type FfmpegSearch, findFfmpeg } from './find-ffmpeg.ts';
import type { FfmpegPrograms } from './work/protocol.ts';
import { WorkLane } from './work/work-lane.ts';
import type { JobWatch } from './work/work-process.ts';

export interface MediaToolsOptions {
  /** Where the processes have their temporary folders; default the system's. */
  tempRoot?: string;
  /** Pictures at once; default one less than there are processors, at most 4. */
  imagesAtOnce?: number;
  /** Videos at once, each on about two processors; default 1. */
  videosAtOnce?: number;
  /**
   * Where to look for an installed FFmpeg (version 5 or newer, with libx264), in the form of PATH; or the program
   * itself. Nowhere by default: then, and where there is none, the FFmpeg within node-av does it.
   */
  ffmpeg?: FfmpegSearch;
}

/** A look at the header needs less time than any work. */
const probeTimeoutMs = 30_000;
/**
 * Starting a process and loading libvips costs as much as a small picture, so it serves many, but none for ever. A
 * video has one of its own: what a decoder leaves behind after a broken file goes with it.
 */
const imagesPerProcessMax = 200;
const videosPerProcessMax = 1;
/** Looking for one frame costs little, so a few share a process. */
const stillsPerProcessMax = 20;

/**
 * Pictures by libvips, videos by FFmpeg, in processes of their own. Looks and pictures have one queue, videos another,
 * and stills a third, so that a long video holds up nothing else.
 */
export function createMediaTools(options: MediaToolsOptions = {}): MediaTools {
  const tempRoot = options.tempRoot ?? tmpdir();
  const imagesAtOnce = options.imagesAtOnce ?? Math.max(1, Math.min(4, availableParallelism() - 1));
  const images = new WorkLane({
    processesMax: imagesAtOnce,
    jobsPerProcessMax: imagesPerProcessMax,
    tempRoot,
  });
  const videos = new WorkLane({
    processesMax: options.videosAtOnce ?? 1,
    jobsPerProcessMax: videosPerProcessMax,
    tempRoot,
  });
  const stills = new WorkLane({ processesMax: 1, jobsPerProcessMax: stillsPerProcessMax, tempRoot });
  let looking: Promise<FfmpegPrograms | undefined> | undefined;
  const programs = () => {
    looking ??= options.ffmpeg ? findFfmpeg(options.ffmpeg) : Promise.resolve(undefined);
    return looking;
  };
  return {
    async probe(inputFile, { limits = {}, ...given } = {}) {
      const job = {
        task: 'probe' as const,
        inputFile: resolve(inputFile),
        limits,
        programs: await programs(),
      };
      const watch = watchOf(given, imageLimits, limits);
      watch.timeoutMs = Math.min(watch.timeoutMs, limits.timeoutMs ?? probeTimeoutMs);
      return (await images.run(job, watch)) as MediaProbe;
    },
    async processImage(inputFile, outputDir, { widths, formats, limits = {}, ...given }) {
      const image = formats ? { widths, formats } : { widths };
      const job = { task: 'image' as const, ...paths(inputFile, outputDir), limits, image };
      return (await images.run(job, watchOf(given, imageLimits, limits))) as ProcessedImage;
    },
    async processVideo(inputFile, outputDir, { ladder, onFirstRung, limits = {}, ...given }) {
      const video = { ladder };
      const job = {
        task: 'video' as const,
        ...paths(inputFile, outputDir),
        limits,
        video,
        programs: await programs(),
      };
      const watch = { ...watchOf(given, videoLimits, limits), onFirstRung };
      return (await videos.run(job, watch)) as ProcessedVideo;
    },
    async processStill(inputFile, outputDir, { widths, formats, limits = {}, ...given }) {
      const image = formats ? { widths, formats } : { widths };
      const job = {
        task: 'still' as const,
        ...paths(inputFile, outputDir),
        limits,
        image,
        programs: await programs(),
      };
      // What a video may be, in the time that a picture may take.
      const defaults = { ...videoLimits, timeoutMs: imageLimits.timeoutMs };
      return (await stills.run(job, watchOf(given, defaults, limits))) as ProcessedImage;
    },
    async close() {
      await Promise.all([images.close(), videos.close(), stills.close()]);
    },
  };
}

/** The worker stands in a folder of its own. */
const paths = (inputFile: string, outputDir: string) => ({
  inputFile: resolve(inputFile),
  outputDir: resolve(outputDir),
});

function watchOf(
  { signal, onProgress }: Pick<WorkOptions, 'signal' | 'onProgress'>,
  defaults: WorkLimits,
  limits: Partial<WorkLimits>,
): JobWatch {
  const { timeoutMs, memoryBytesMax } = { ...defaults, ...limits };
  return { timeoutMs, memoryBytesMax, signal, onProgress };
}
