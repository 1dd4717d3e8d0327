/** What the server and the process that does the work say to each other. Plain JSON. */
import type {
  ImageOptions,
  MediaFailure,
  MediaProbe,
  ProcessedImage,
  ProcessedVideo,
  VideoOptions,
  WorkLimits,
} from '../../../ports/media-tools/media-tools.ts';

/** Programs to use instead of the built-in FFmpeg. */
export interface FfmpegPrograms {
  ffmpeg: string;
  ffprobe: string;
}

interface JobBase {
  inputFile: string;
  /** Given by the caller, or undefined for the defaults of the kind that is found. */
  limits: Partial<WorkLimits>;
  programs?: FfmpegPrograms | undefined;
}

export type Job =
  | (JobBase & { task: 'probe' })
  | (JobBase & { task: 'image'; outputDir: string; image: Pick<ImageOptions, 'widths' | 'formats'> })
  | (JobBase & { task: 'still'; outputDir: string; image: Pick<ImageOptions, 'widths' | 'formats'> })
  | (JobBase & { task: 'video'; outputDir: string; video: Pick<VideoOptions, 'ladder'> });

export type JobResult = MediaProbe | ProcessedImage | ProcessedVideo;

export type ToWorker = { say: 'do'; job: Job } | { say: 'first-rung-taken' };

export type FromWorker =
  | { say: 'ready' }
  | { say: 'progress'; progress: number }
  /** A program that the worker has started or seen end: its memory counts, and it must not outlive the work. */
  | { say: 'program'; pid: number; running: boolean }
  | { say: 'first-rung'; video: ProcessedVideo }
  | { say: 'done'; result: JobResult; rssBytes: number }
  | { say: 'failed'; kind: MediaFailure; message: string };
