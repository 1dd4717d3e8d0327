/**
 * Media tools: look into an original and turn it into what is shown. An original comes from a stranger, so the
 * work is done away from this process (a crash or a bomb in a decoder ends only that work), within limits of
 * pixels, time and memory. Everything is on files of the local disk; whoever calls copies them to and from blobs.
 *
 * Whatever is made carries none of the original's metadata (place and camera above all), has its orientation
 * applied, and colours in sRGB.
 */

export type MediaKind = 'image' | 'video';

/** What the content says, read from its headers; nothing the uploader claimed. */
export interface MediaProbe {
  kind: MediaKind;
  /** The real type, such as `image/jpeg`. */
  type: string;
  /** As shown: with the orientation applied. */
  width: number;
  height: number;
  /** Of videos and animated images. */
  durationMs?: number;
  isAnimated: boolean;
  hasAudio: boolean;
}

/**
 * Why a medium cannot be processed. All but `interrupted` are the original's own fault, and trying again would
 * give the same; `out-of-memory` and `timed-out` may be tried again once where the machine was busy.
 *
 * `unsupported`: no image or video we know. `damaged`: cut off or broken. `too-big`: more pixels or bytes than
 * allowed. `too-long`: a video longer than allowed. `out-of-memory`, `timed-out`: a limit of the work was met.
 * `interrupted`: the caller's signal, or the tools went away by no fault of the original (a full disk as well).
 */
export const mediaFailures = [
  'unsupported',
  'damaged',
  'too-big',
  'too-long',
  'out-of-memory',
  'timed-out',
  'interrupted',
] as const;
export type MediaFailure = (typeof mediaFailures)[number];

/** What the person who uploaded it reads. */
export const failureTexts: Readonly<Record<MediaFailure, string>> = {
  unsupported: 'This is not an image or video that can be shown here.',
  damaged: 'This file is damaged or incomplete. Try uploading it again.',
  'too-big': 'This picture or video has more pixels than can be handled here.',
  'too-long': 'This video is longer than allowed here.',
  'out-of-memory': 'Preparing this needs more memory than there is. A smaller version may work.',
  'timed-out': 'Preparing this took too long. A smaller or shorter version may work.',
  interrupted: 'Preparing this was interrupted.',
};

export class MediaToolsError extends Error {
  readonly kind: MediaFailure;
  /** `message` is for the log; people read `failureTexts[kind]`. */
  constructor(kind: MediaFailure, message: string = failureTexts[kind], options?: ErrorOptions) {
    super(message, options);
    this.name = 'MediaToolsError';
    this.kind = kind;
  }
}

export interface WorkLimits {
  /** Frame width times height. */
  pixelsMax: number;
  durationMsMax: number;
  /** Wall-clock time of the whole work. */
  timeoutMs: number;
  /** Of the process that does the work. */
  memoryBytesMax: number;
}

/**
 * 64 megapixels, as phones' largest ordinary pictures have; an hour of video. 48 megapixels of HEIC take 740 MiB to
 * decode, of AVIF 890: with less than a gibibyte phones' own pictures would fail.
 */
export const imageLimits: WorkLimits = {
  pixelsMax: 64_000_000,
  durationMsMax: 10 * 60_000,
  timeoutMs: 2 * 60_000,
  memoryBytesMax: 1024 * 1024 * 1024,
};
export const videoLimits: WorkLimits = {
  pixelsMax: 8192 * 4320,
  durationMsMax: 60 * 60_000,
  timeoutMs: 3 * 60 * 60_000,
  memoryBytesMax: 1024 * 1024 * 1024,
};

/** A file that was made, by its bare name in the output folder: of `a-z0-9.-`, never a path. */
export interface MadeFile {
  file: string;
  /** Such as `image/webp`, `video/mp4`, `application/vnd.apple.mpegurl`. */
  type: string;
  sizeBytes: number;
}

export interface ImageVariant extends MadeFile {
  width: number;
  height: number;
}

export interface WorkOptions {
  limits?: Partial<WorkLimits>;
  /** Ends the work, with `interrupted`; nothing keeps running when the call has settled. */
  signal?: AbortSignal;
  /** Told 0 to 1, never falling, at most a few times a second. */
  onProgress?: (progress: number) => void;
}

export interface ImageOptions extends WorkOptions {
  /** Wanted widths, smallest first. One wider than the original gives the original's width, once. */
  widths: readonly number[];
  /**
   * Formats wanted of each width; default `defaultFormats`. Of an animated picture WebP moves, and the others hold its
   * first frame.
   */
  formats?: readonly ('webp' | 'avif' | 'jpeg')[];
}

export const defaultWidths: readonly number[] = [320, 640, 1080, 2048];
export const defaultFormats: NonNullable<ImageOptions['formats']> = ['webp', 'avif'];

export interface ProcessedImage {
  /** Each wanted width in each format, smallest first. */
  variants: ImageVariant[];
  /** base64 of a thumbhash. */
  thumbhash: string;
  /** Of the original as shown. */
  width: number;
  height: number;
  isAnimated: boolean;
}

/** One rung of the ladder: no video is scaled up, and a rung higher than the original is left out (one stays). */
export interface Rung {
  /** The shorter side of the frame, such as 720. */
  height: number;
  videoBitsPerSecond: number;
}

/** The first is what a slow line can carry, and is made in a fraction of the video's length. */
export const defaultLadder: readonly Rung[] = [
  { height: 240, videoBitsPerSecond: 400_000 },
  { height: 480, videoBitsPerSecond: 1_200_000 },
  { height: 720, videoBitsPerSecond: 2_800_000 },
  { height: 1080, videoBitsPerSecond: 5_000_000 },
];

export interface VideoOptions extends WorkOptions {
  /** Lowest first; the first is made first. */
  ladder: readonly Rung[];
  /**
   * Told once, when poster and first rung are whole on disk: from then on the video can be shown. Its files are
   * not touched again. The work goes on after this resolves; if it rejects, the work ends with that error.
   */
  onFirstRung?: (video: ProcessedVideo) => Promise<void>;
}

export interface Rendition {
  width: number;
  height: number;
  bitsPerSecond: number;
  /** Its own playlist, which names `segments` by bare names. */
  playlist: MadeFile;
  /** In order, an initialisation segment first where there is one. */
  segments: MadeFile[];
}

export interface ProcessedVideo {
  /** A still, in WebP and smaller than the video where that is large. */
  poster: ImageVariant;
  /** Lowest first. */
  renditions: Rendition[];
  /**
   * The playlist of renditions to give to a player. No file is ever rewritten: the one told to `onFirstRung` and
   * the one at the end have different names.
   */
  playlist: MadeFile;
  thumbhash: string;
  width: number;
  height: number;
  durationMs: number;
  hasAudio: boolean;
}

/**
 * Every method rejects with a MediaToolsError and nothing else. `outputDir` exists and is empty, the caller's own,
 * and the caller removes it, also after a failure. Several works may run at once; the implementation bounds how many
 * do and lets the others wait (waiting does not count against `timeoutMs`).
 */
export interface MediaTools {
  probe(inputFile: string, options?: Omit<WorkOptions, 'onProgress'>): Promise<MediaProbe>;
  processImage(inputFile: string, outputDir: string, options: ImageOptions): Promise<ProcessedImage>;
  processVideo(inputFile: string, outputDir: string, options: VideoOptions): Promise<ProcessedVideo>;
  /** One frame of a video, for a preview: nothing else of it is decoded. Told widths give the sizes, as of a picture. */
  processStill(inputFile: string, outputDir: string, options: ImageOptions): Promise<ProcessedImage>;
  /** Ends all work with `interrupted` and waits for it. */
  close(): Promise<void>;
}
