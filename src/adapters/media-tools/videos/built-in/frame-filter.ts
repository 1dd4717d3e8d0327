import { AV_BUFFERSRC_FLAG_KEEP_REF } from 'node-av/constants';
import { avGetPixFmtName, avGetSampleFmtName, type FilterContext, FilterGraph, Frame } from 'node-av/lib';
import { checked, isDrained } from './failures.ts';

interface TimeBase {
  num: number;
  den: number;
}

/** Frames go in at one end and come out, changed, at one or several. */
export class FrameFilter {
  readonly #graph: FilterGraph;
  readonly #source: FilterContext;
  readonly #sinks: Map<string, FilterContext>;
  readonly #shape: string;

  private constructor(graph: FilterGraph, shape: string, outputs: readonly string[]) {
    this.#graph = graph;
    this.#shape = shape;
    this.#source = graph.getFilter('buffer@in') ?? graph.getFilter('abuffer@in')!;
    this.#sinks = new Map(
      outputs.map((name) => [
        name,
        graph.getFilter(`buffersink@${name}`) ?? graph.getFilter(`abuffersink@${name}`)!,
      ]),
    );
  }

  /** For frames that look like this one; `description` leads to the labels of `outputs`, or is a plain chain to `out`. */
  static for(
    frame: Frame,
    timeBase: TimeBase,
    description: string,
    outputs: readonly string[] = ['out'],
  ): FrameFilter {
    const isSound = !frame.isVideo();
    const letter = isSound ? 'a' : '';
    const shape = shapeOf(frame);
    const ends = outputs.map((name) => `[${name}]${letter}buffersink@${name}`).join(';');
    const chain =
      outputs.length === 1 && !description.includes('[') ? `${description}[${outputs[0]}]` : description;
    const graph = new FilterGraph();
    graph.alloc();
    graph.nbThreads = 1;
    const whole = `${letter}buffer@in=time_base=${timeBase.num}/${timeBase.den}:${shape},${chain};${ends}`;
    checked(graph.parse2(whole), 'build the filters');
    checked(graph.configSync(), 'connect the filters');
    return new FrameFilter(graph, shape, outputs);
  }

  /** A stream may change its size or format midway. */
  fits(frame: Frame): boolean {
    return shapeOf(frame) === this.#shape;
  }

  /** `null` says that no more will come. The frame stays the caller's. */
  push(frame: Frame | null): void {
    checked(this.#source.buffersrcAddFrameSync(frame, AV_BUFFERSRC_FLAG_KEEP_REF), 'filter a frame');
  }

  timeBase(output = 'out'): TimeBase {
    return this.#sinks.get(output)!.buffersinkGetTimeBase();
  }

  /** The frames that are ready. Each is the taker's only until the next one is asked for. */
  *ready(output = 'out'): Generator<Frame> {
    const sink = this.#sinks.get(output)!;
    using frame = new Frame();
    frame.alloc();
    while (true) {
      const code = sink.buffersinkGetFrameSync(frame);
      if (isDrained(code)) return;
      checked(code, 'take a filtered frame');
      yield frame;
      frame.unref();
    }
  }

  close(): void {
    this.#graph.free();
  }
}

function shapeOf(frame: Frame): string {
  if (!frame.isVideo()) {
    const { nbChannels, mask } = frame.channelLayout;
    const layout = mask === 0n ? `${nbChannels}c` : `0x${mask.toString(16)}`;
    const format = avGetSampleFmtName(frame.format as Parameters<typeof avGetSampleFmtName>[0]);
    return `sample_rate=${frame.sampleRate}:sample_fmt=${format}:channel_layout=${layout}`;
  }
  const format = avGetPixFmtName(frame.format as Parameters<typeof avGetPixFmtName>[0]);
  return [
    `video_size=${frame.width}x${frame.height}`,
    `pix_fmt=${format}`,
    `colorspace=${frame.colorSpace}`,
    `range=${frame.colorRange}`,
  ].join(':');
}
