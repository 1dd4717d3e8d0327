/** Real videos, made by FFmpeg's own sources of pictures and sound. For tests and benchmarks. */
import {
  AV_CODEC_FLAG_GLOBAL_HEADER,
  AV_LOG_FATAL,
  AV_PKT_DATA_DISPLAYMATRIX,
  AVFMT_GLOBALHEADER,
  type AVPixelFormat,
  type AVSampleFormat,
} from 'node-av/constants';
import {
  Codec,
  CodecContext,
  Dictionary,
  FilterGraph,
  FormatContext,
  Frame,
  Log,
  Packet,
  Rational,
  type Stream,
} from 'node-av/lib';
import { checked, isDrained, setOptions } from '../videos/built-in/failures.ts';

export interface SampleVideo {
  file: string;
  seconds: number;
  width?: number;
  height?: number;
  rate?: number;
  /** Clockwise, as a phone writes it. */
  rotation?: 0 | 90 | 180 | 270;
  hasSound?: boolean;
  hasPictures?: boolean;
  /** Encoder of the pictures; default libx264. */
  codec?: string;
  /** Such as `yuv420p10le`; default yuv420p. */
  pixels?: string;
  /** Filters put behind the source. */
  filters?: string;
  /** Of the pictures' stream: `pq`, `hlg`. */
  transfer?: 'bt709' | 'pq' | 'hlg';
  pixelAspect?: [number, number];
  soundCodec?: string;
  /** Muxer, where the file's name does not say; `options` are its own. */
  format?: string;
  options?: Record<string, string>;
  metadata?: Record<string, string>;
  /** Default all that a camera might say, place included. */
  encoder?: Record<string, string>;
}

/** What a phone writes beside the pictures. None of it may be found in anything that is made. */
export const tellingMetadata: Readonly<Record<string, string>> = {
  location: '+48.8577+002.295/',
  'com.apple.quicktime.location.ISO6709': '+48.8577+002.2950+035.000/',
  artist: 'Telltale Artist',
  comment: 'Telltale Comment',
  title: 'Telltale Title',
  make: 'TelltaleMake',
  model: 'TelltaleModel',
  creation_time: '2021-05-06T07:08:09.000000Z',
};

const matrices = {
  0: [1, 0, 0, 1],
  90: [0, 1, -1, 0],
  180: [-1, 0, 0, -1],
  270: [0, -1, 1, 0],
} as const;

export function makeSampleVideo(sample: SampleVideo): void {
  Log.setLevel(AV_LOG_FATAL);
  const { file, format, options = {}, metadata = tellingMetadata } = sample;
  const output = new FormatContext();
  checked(output.allocOutputContext2(null, format ?? null, file), 'begin a file');
  output.metadata = Dictionary.fromObject(metadata);
  const tracks: Track[] = [];
  if (sample.hasPictures ?? true) tracks.push(pictureTrack(sample, output));
  if (sample.hasSound ?? true) tracks.push(soundTrack(sample, output));
  checked(output.openOutputSync(), 'open a file');
  if (/\.(mp4|mov)$/.test(file)) setOptions(output, { movflags: 'use_metadata_tags' });
  setOptions(output, options);
  checked(output.writeHeaderSync(null), 'write the header');
  // In turns, by time: a muxer holds back what is far ahead.
  const running = new Set(tracks);
  while (running.size > 0) {
    const next = [...running].toSorted((a, b) => a.doneSeconds - b.doneSeconds)[0]!;
    if (!next.step()) running.delete(next);
  }
  checked(output.writeTrailerSync(), 'write the trailer');
  output.closeOutputSync();
  output.freeContext();
}

function pictureTrack(sample: SampleVideo, output: FormatContext): Track {
  const { width = 320, height = 240, rate = 30, seconds, codec = 'libx264', pixels = 'yuv420p' } = sample;
  const extra = sample.filters ? `,${sample.filters}` : '';
  const transfer = { bt709: 'bt709', pq: 'smpte2084', hlg: 'arib-std-b67' }[sample.transfer ?? 'bt709'];
  const isHdr = (sample.transfer ?? 'bt709') !== 'bt709';
  const tags = `setparams=color_trc=${transfer}:color_primaries=${isHdr ? 'bt2020' : 'bt709'}:colorspace=${isHdr ? 'bt2020nc' : 'bt709'}`;
  const graph = `testsrc2=size=${width}x${height}:rate=${rate}:duration=${seconds}${extra},format=${pixels},${tags},buffersink@out`;
  const track = new Track(
    graph,
    output,
    (context, frame, sink) => {
      context.width = frame.width;
      context.height = frame.height;
      context.pixelFormat = frame.format as AVPixelFormat;
      context.timeBase = new Rational(sink.num, sink.den);
      context.framerate = new Rational(rate, 1);
      context.colorTrc = frame.colorTrc;
      context.colorPrimaries = frame.colorPrimaries;
      context.colorSpace = frame.colorSpace;
      context.bitRate = 1_000_000n;
      if (sample.pixelAspect) context.sampleAspectRatio = new Rational(...sample.pixelAspect);
    },
    codec,
    { ...(codec === 'libx264' ? { preset: 'ultrafast', threads: '1' } : {}), ...sample.encoder },
  );
  if (sample.pixelAspect) track.stream.sampleAspectRatio = new Rational(...sample.pixelAspect);
  if (sample.rotation) {
    const [a, b, c, d] = matrices[sample.rotation];
    const matrix = Buffer.alloc(36);
    for (const [at, value] of [
      [0, a],
      [4, b],
      [12, c],
      [16, d],
    ] as const)
      matrix.writeInt32LE(value * 65_536, at);
    matrix.writeInt32LE(1 << 30, 32);
    checked(track.stream.codecpar.addCodedSideData(AV_PKT_DATA_DISPLAYMATRIX, matrix), 'turn it');
  }
  return track;
}

function soundTrack({ seconds, soundCodec = 'aac' }: SampleVideo, output: FormatContext): Track {
  const rate = soundCodec === 'libopus' ? 48_000 : 44_100;
  const format = soundCodec === 'libopus' ? 'flt' : soundCodec.startsWith('pcm') ? 's16' : 'fltp';
  const samples = soundCodec === 'libopus' ? 960 : 1024;
  const graph = `sine=frequency=440:sample_rate=${rate}:duration=${seconds},aformat=sample_fmts=${format}:channel_layouts=stereo,asetnsamples=n=${samples}:p=0,abuffersink@out`;
  return new Track(
    graph,
    output,
    (context, frame) => {
      context.sampleRate = frame.sampleRate;
      context.sampleFormat = frame.format as AVSampleFormat;
      context.channelLayout = frame.channelLayout;
      context.timeBase = new Rational(1, frame.sampleRate);
    },
    soundCodec,
    {},
  );
}

type Describe = (context: CodecContext, frame: Frame, timeBase: { num: number; den: number }) => void;

class Track {
  doneSeconds = 0;
  readonly stream: Stream;
  readonly #output: FormatContext;
  readonly #context = new CodecContext();
  readonly #sink;
  readonly #graph = new FilterGraph();
  readonly #frame = new Frame();
  readonly #packet = new Packet();
  #hasFrame: boolean;

  constructor(
    graph: string,
    output: FormatContext,
    describe: Describe,
    codecName: string,
    options: Record<string, string>,
  ) {
    this.#output = output;
    this.#graph.alloc();
    checked(this.#graph.parse2(graph), graph);
    checked(this.#graph.configSync(), graph);
    this.#sink = this.#graph.getFilter('buffersink@out') ?? this.#graph.getFilter('abuffersink@out')!;
    this.#frame.alloc();
    this.#packet.alloc();
    this.#hasFrame = this.#take();
    const codec = Codec.findEncoderByName(codecName as never)!;
    this.#context.allocContext3(codec);
    describe(this.#context, this.#frame, this.#sink.buffersinkGetTimeBase());
    this.#context.threadCount = 1;
    if (output.oformat!.hasFlags(AVFMT_GLOBALHEADER as never))
      this.#context.setFlags(AV_CODEC_FLAG_GLOBAL_HEADER);
    setOptions(this.#context, options);
    checked(this.#context.open2Sync(codec, null), codecName);
    this.stream = output.newStream();
    this.stream.timeBase = this.#context.timeBase;
    checked(this.stream.codecpar.fromContext(this.#context), 'describe a stream');
  }

  /** Encodes one more frame; false when there is none. */
  step(): boolean {
    checked(this.#context.sendFrameSync(this.#hasFrame ? this.#frame : null), 'encode');
    const { num, den } = this.#context.timeBase;
    if (this.#hasFrame) this.doneSeconds = (Number(this.#frame.pts) * num) / den;
    while (true) {
      const code = this.#context.receivePacketSync(this.#packet);
      if (isDrained(code)) break;
      checked(code, 'encode');
      this.#packet.streamIndex = this.stream.index;
      if (this.#packet.duration === 0n) this.#packet.duration = 1n;
      this.#packet.rescaleTs(this.#context.timeBase, this.stream.timeBase);
      checked(this.#output.interleavedWriteFrameSync(this.#packet), 'write');
    }
    const isMore = this.#hasFrame;
    if (isMore) {
      this.#frame.unref();
      this.#hasFrame = this.#take();
    }
    return isMore;
  }

  #take(): boolean {
    return this.#sink.buffersinkGetFrameSync(this.#frame) >= 0;
  }
}
