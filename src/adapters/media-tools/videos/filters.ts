import type { PlannedRung } from './plan-rungs.ts';
import { shownSize, type VideoSource } from './source.ts';

/** In FFmpeg's language for filters; the same for both engines. */

export const segmentSeconds = 4;
export const audioSampleRate = 48_000;
export const audioBitsPerSecond = 128_000;
/** Samples that the AAC encoder takes at once. */
const aacFrameSamples = 1024;

const framesPerSecondMax = 60;
const variableFramesPerSecondMin = 30;

/** Constant, so that keyframes of all rungs fall on the same moments. */
export function outputRate({ framesPerSecond, isRateVariable }: VideoSource): string {
  const rate = isRateVariable ? Math.max(framesPerSecond, variableFramesPerSecondMin) : framesPerSecond;
  if (!(rate > 0)) return `${variableFramesPerSecondMin}/1`;
  // Thousandths keep 23.976 and 29.97 in step with their sound.
  const bounded = Math.min(framesPerSecondMax, Math.max(1, rate));
  const ntsc = [24, 30, 60].find((whole) => Math.abs(bounded - (whole * 1000) / 1001) < 0.005);
  return ntsc ? `${ntsc * 1000}/1001` : `${Math.round(bounded * 1000)}/1000`;
}

/** Upright, in 8-bit BT.709, at this size. */
export function normaliseFilter(
  source: VideoSource,
  size: { width: number; height: number },
  { pixels = 'yuv420p', turn = true }: { pixels?: string; turn?: boolean } = {},
): string {
  const steps: string[] = [];
  if (source.isInterlaced) steps.push('yadif=deint=interlaced');
  const isTurned = source.rotation.degrees % 180 !== 0;
  // Scaling comes first where there is less to turn afterwards.
  const [width, height] = turn && isTurned ? [size.height, size.width] : [size.width, size.height];
  const matrix = source.hasColourMatrix || source.codedHeight < 720 ? '' : ':in_color_matrix=bt709';
  if (source.colour === 'sdr') {
    const out = pixels === 'yuv420p' ? ':out_color_matrix=bt709:out_range=tv' : '';
    steps.push(`scale=${width}:${height}:flags=bicubic${matrix}${out}`, `format=${pixels}`);
  } else {
    steps.push(`scale=${width}:${height}:flags=bicubic`, ...toneMapping(pixels));
  }
  steps.push('setsar=1');
  if (turn) steps.push(...turning(source));
  return steps.join(',');
}

const toneMapping = (pixels: string): string[] => [
  'zscale=transfer=linear:npl=100',
  'format=gbrpf32le',
  'zscale=primaries=bt709',
  'tonemap=tonemap=hable:desat=0',
  'zscale=transfer=bt709:matrix=bt709:range=tv',
  `format=${pixels}`,
];

function turning({ rotation: { degrees, isMirrored } }: VideoSource): string[] {
  const turn = { 0: [], 90: ['transpose=clock'], 180: ['hflip', 'vflip'], 270: ['transpose=cclock'] }[
    degrees
  ];
  return isMirrored ? ['hflip', ...turn] : turn;
}

/** From the largest of these rungs at a constant rate: `[name]` for each, smallest last, each made from the one above. */
export function splitFilter(rungs: readonly PlannedRung[]): string {
  const descending = rungs.toReversed();
  return descending
    .map((rung, index) => {
      const scaled = index === 0 ? '' : `scale=${rung.width}:${rung.height}:flags=bicubic,`;
      const isLast = index === descending.length - 1;
      const from = index === 0 ? '' : `[down${index}]`;
      return isLast
        ? `${from}${scaled}null[${label(rung)}]`
        : `${from}${scaled}split[${label(rung)}][down${index + 1}]`;
    })
    .join(';');
}

export const label = ({ name }: PlannedRung): string => `r${name}`;

export const soundFilter = (): string =>
  [
    'aresample=async=1:first_pts=0',
    `aformat=sample_fmts=fltp:sample_rates=${audioSampleRate}:channel_layouts=stereo`,
    `asetnsamples=n=${aacFrameSamples}:p=0`,
  ].join(',');

const posterSideMax = 1280;

export function posterSize(source: VideoSource): { width: number; height: number } {
  const { width, height } = shownSize(source);
  const scale = Math.min(1, posterSideMax / Math.max(width, height));
  return { width: Math.max(2, Math.round(width * scale)), height: Math.max(2, Math.round(height * scale)) };
}

/** H.264 that everything plays: quality decides the size, up to the rung's rate. */
export const x264Options = ({ videoBitsPerSecond }: PlannedRung): Readonly<Record<string, string>> => ({
  preset: 'veryfast',
  profile: 'high',
  crf: '23',
  maxrate: String(videoBitsPerSecond),
  bufsize: String(videoBitsPerSecond * 2),
  threads: '2',
  // Keyframes where segments begin, and nowhere else.
  g: '100000',
  sc_threshold: '0',
  'forced-idr': '1',
  // Texts that a source carries beside its pictures.
  a53cc: '0',
});

export const hlsOptions = (
  { name }: PlannedRung,
  at: (file: string) => string,
): Readonly<Record<string, string>> => ({
  hls_time: String(segmentSeconds),
  hls_playlist_type: 'vod',
  hls_segment_type: 'fmp4',
  hls_fmp4_init_filename: `${name}-init.mp4`,
  hls_segment_filename: at(`${name}-%05d.m4s`),
  hls_flags: 'independent_segments',
  hls_list_size: '0',
});

export const rungPlaylist = ({ name }: PlannedRung): string => `${name}.m3u8`;
