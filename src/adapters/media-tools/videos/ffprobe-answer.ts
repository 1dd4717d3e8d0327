import { MediaToolsError } from '../../../ports/media-tools/media-tools.ts';
import type { MediaType } from '../sniff.ts';
import { rotationOf, streamsMax, type VideoSource } from './source.ts';

interface ProbedStream {
  codec_type?: string;
  codec_name?: string;
  width?: number;
  height?: number;
  sample_aspect_ratio?: string;
  avg_frame_rate?: string;
  r_frame_rate?: string;
  field_order?: string;
  color_transfer?: string;
  color_space?: string;
  disposition?: { attached_pic?: number };
  side_data_list?: { side_data_type?: string; displaymatrix?: string }[];
}
interface Probed {
  streams?: ProbedStream[];
  format?: { duration?: string };
}

/** What `ffprobe -of json` answers, as a source. */
export function sourceOfProbe(
  { streams = [], format = {} }: Probed,
  file: string,
  type: MediaType,
): VideoSource {
  if (streams.length > streamsMax) throw new MediaToolsError('damaged', `${streams.length} streams`);
  const video = streams.find((each) => each.codec_type === 'video' && each.disposition?.attached_pic !== 1);
  if (!video?.codec_name) throw new MediaToolsError('unsupported', `no video stream in ${type}`);
  const mean = ratio(video.avg_frame_rate, '/');
  const real = ratio(video.r_frame_rate, '/');
  const aspect = ratio(video.sample_aspect_ratio, ':');
  const matrix = video.side_data_list?.find((each) => each.displaymatrix)?.displaymatrix;
  return {
    file,
    type,
    codedWidth: video.width ?? 0,
    codedHeight: video.height ?? 0,
    pixelAspect: aspect > 0.1 && aspect < 10 ? aspect : 1,
    rotation: rotationOf(matrix ? matrixNumbers(matrix) : []),
    durationMs: (Number(format.duration) || 0) * 1000,
    framesPerSecond: mean,
    isRateVariable: mean > 0 && Math.abs(real - mean) / mean > 0.02,
    isInterlaced: ['tt', 'bb', 'tb', 'bt'].includes(video.field_order ?? ''),
    colour:
      video.color_transfer === 'smpte2084' ? 'pq' : video.color_transfer === 'arib-std-b67' ? 'hlg' : 'sdr',
    hasColourMatrix: !['', 'unknown'].includes(video.color_space ?? ''),
    hasAudio: streams.some((each) => each.codec_type === 'audio' && each.codec_name !== undefined),
  };
}

function ratio(text: string | undefined, between: string): number {
  const [over, under] = (text ?? '').split(between).map(Number);
  return over && under ? over / under : 0;
}

/** Three rows of an address and three numbers. */
const matrixNumbers = (text: string): number[] =>
  text
    .trim()
    .split('\n')
    .flatMap((row) => row.replace(/^.*:/, '').trim().split(/\s+/).map(Number));
