import {
  AV_FIELD_PROGRESSIVE,
  AV_FIELD_UNKNOWN,
  AV_LOG_FATAL,
  AV_NOPTS_VALUE,
  AV_PKT_DATA_DISPLAYMATRIX,
  AVCOL_SPC_UNSPECIFIED,
  AVCOL_TRC_ARIB_STD_B67,
  AVCOL_TRC_SMPTE2084,
  AVDISCARD_ALL,
  AVMEDIA_TYPE_AUDIO,
  AVMEDIA_TYPE_VIDEO,
} from 'node-av/constants';
import { Codec, CodecContext, FormatContext, InputFormat, Log, Packet, type Stream } from 'node-av/lib';
import { MediaToolsError, type WorkLimits } from '../../../../ports/media-tools/media-tools.ts';
import type { MediaType } from '../../sniff.ts';
import {
  audioDecoders,
  containers,
  rotationOf,
  streamsMax,
  type VideoSource,
  videoDecoders,
} from '../source.ts';
import { checked, setOptions } from './failures.ts';

/** Only what is fatal: a broken file can say thousands of things. */
Log.setLevel(AV_LOG_FATAL);

/** How far FFmpeg may read to learn what the streams are. */
const probeBytes = 10_000_000n;
const probeMicros = 10_000_000n;

export interface OpenInput {
  context: FormatContext;
  source: VideoSource;
  video: Stream;
  audio: Stream | undefined;
  /** Where the file's time begins, in seconds: both streams are moved back by it. */
  startSeconds: number;
  close(): void;
}

/** Opens a file as what it was sniffed to be, never as a playlist that leads to other files. */
export function openInput(file: string, type: MediaType, limits: WorkLimits): OpenInput {
  const context = new FormatContext();
  context.allocContext();
  context.probesize = probeBytes;
  context.maxAnalyzeDuration = probeMicros;
  context.maxStreams = streamsMax;
  const close = () => context.closeInputSync();
  try {
    setOptions(context, {
      protocol_whitelist: 'file',
      codec_whitelist: [...videoDecoders, ...audioDecoders].join(','),
    });
    checked(
      context.openInputSync(`file:${file}`, InputFormat.findInputFormat(containers[type]!), null),
      'open',
    );
    checked(context.findStreamInfoSync(null), 'look for streams');
    const video = streamOf(context, AVMEDIA_TYPE_VIDEO, videoDecoders);
    if (!video) throw new MediaToolsError('unsupported', `no video stream that can be decoded in ${type}`);
    const audio = streamOf(context, AVMEDIA_TYPE_AUDIO, audioDecoders);
    for (const stream of context.streams) {
      if (stream.index !== video.index && stream.index !== audio?.index) stream.discard = AVDISCARD_ALL;
    }
    const source = describeSource({ file, type, context, video, audio });
    if (source.durationMs <= 0) source.durationMs = longestTimeMs(context, limits);
    const startSeconds = context.startTime === AV_NOPTS_VALUE ? 0 : Number(context.startTime) / 1e6;
    return { context, source, video, audio, startSeconds, close };
  } catch (error) {
    close();
    throw error;
  }
}

type MediaKindOfStream = typeof AVMEDIA_TYPE_VIDEO | typeof AVMEDIA_TYPE_AUDIO;

/** The first real stream of a kind; a cover picture is none. */
function streamOf(
  context: FormatContext,
  kind: MediaKindOfStream,
  allowed: readonly string[],
): Stream | undefined {
  const fitting = context.streams.filter(
    (stream) =>
      stream.codecpar.codecType === kind && !isCover(stream) && allowed.includes(decoderName(stream)),
  );
  return fitting.toSorted((a, b) => pixels(b) - pixels(a) || a.index - b.index)[0];
}

const attachedPicture = 0x400;
const isCover = (stream: Stream) => (stream.disposition & attachedPicture) !== 0;
const pixels = ({ codecpar }: Stream) => codecpar.width * codecpar.height;
const decoderName = ({ codecpar }: Stream) => Codec.findDecoder(codecpar.codecId)?.name ?? '';

function describeSource(given: {
  file: string;
  type: MediaType;
  context: FormatContext;
  video: Stream;
  audio: Stream | undefined;
}): VideoSource {
  const { codecpar, avgFrameRate, rFrameRate } = given.video;
  const aspect = given.video.sampleAspectRatio;
  const mean = avgFrameRate.den > 0 ? avgFrameRate.num / avgFrameRate.den : 0;
  const real = rFrameRate.den > 0 ? rFrameRate.num / rFrameRate.den : 0;
  const matrix = codecpar.getCodedSideData(AV_PKT_DATA_DISPLAYMATRIX);
  const field = (codecpar.toJSON() as { fieldOrder?: number }).fieldOrder ?? AV_FIELD_UNKNOWN;
  return {
    file: given.file,
    type: given.type,
    codedWidth: codecpar.width,
    codedHeight: codecpar.height,
    pixelAspect: saneAspect(aspect.den > 0 ? aspect.num / aspect.den : 1),
    rotation: rotationOf(matrix ? Array.from({ length: 9 }, (_, at) => matrix.readInt32LE(at * 4)) : []),
    durationMs: given.context.duration === AV_NOPTS_VALUE ? 0 : Number(given.context.duration) / 1000,
    framesPerSecond: mean,
    isRateVariable: mean > 0 && Math.abs(real - mean) / mean > 0.02,
    isInterlaced: field !== AV_FIELD_UNKNOWN && field !== AV_FIELD_PROGRESSIVE,
    colour:
      codecpar.colorTrc === AVCOL_TRC_SMPTE2084
        ? 'pq'
        : codecpar.colorTrc === AVCOL_TRC_ARIB_STD_B67
          ? 'hlg'
          : 'sdr',
    hasColourMatrix: codecpar.colorSpace !== AVCOL_SPC_UNSPECIFIED,
    hasAudio: given.audio !== undefined,
  };
}

const saneAspect = (aspect: number) => (aspect > 0.1 && aspect < 10 ? aspect : 1);

/** Recordings of browsers say no duration: it is that of the packets, which can be read without decoding any. */
function longestTimeMs(context: FormatContext, limits: WorkLimits): number {
  const packet = new Packet();
  packet.alloc();
  let longest = 0;
  while (context.readFrameSync(packet) >= 0) {
    const base = context.streams[packet.streamIndex]!.timeBase;
    if (packet.pts !== AV_NOPTS_VALUE)
      longest = Math.max(longest, (Number(packet.pts + packet.duration) * 1000 * base.num) / base.den);
    packet.unref();
    if (longest > limits.durationMsMax) break;
  }
  packet.free();
  checked(context.seekFrameSync(-1, 0n), 'go back to the beginning');
  return longest;
}

/** Two threads at most; frames beyond the limit of pixels are refused by the decoder itself. */
export function openDecoder(stream: Stream, pixelsMax: number): CodecContext {
  const codec = Codec.findDecoder(stream.codecpar.codecId)!;
  const context = new CodecContext();
  context.allocContext3(codec);
  checked(context.parametersToContext(stream.codecpar), 'describe the decoder');
  context.pktTimebase = stream.timeBase;
  context.threadCount = 2;
  setOptions(context, { max_pixels: String(pixelsMax) });
  checked(context.open2Sync(codec, null), 'open the decoder');
  return context;
}
