import { setImmediate } from 'node:timers/promises';
import { AV_NOPTS_VALUE, AVERROR_EOF } from 'node-av/constants';
import { type CodecContext, Frame, Packet, type Stream } from 'node-av/lib';
import { MediaToolsError, type WorkLimits } from '../../../../ports/media-tools/media-tools.ts';
import { checked, isDrained } from './failures.ts';
import { type OpenInput, openDecoder } from './open-input.ts';

/** Between two looks at what else is to do in this process: whether the server is still there, above all. */
const packetsPerTurn = 8;
/** A file with more broken packets than whole ones shows nothing worth seeing. */
const brokenMax = 200;

export interface DecodedFrame {
  kind: 'video' | 'audio';
  /** Timed in its stream's unit, from the beginning of the file. */
  frame: Frame;
  /** The reader's: gone when the next frame is asked for. */
  atMs: number;
}

/** The frames of a file in the order in which they are stored, the broken ones left out. */
export async function* readFrames(
  input: OpenInput,
  limits: WorkLimits,
  { withSound = true }: { withSound?: boolean } = {},
): AsyncGenerator<DecodedFrame> {
  const streams = new Map<number, StreamReader>();
  streams.set(input.video.index, new StreamReader('video', input.video, input, limits));
  if (withSound && input.audio)
    streams.set(input.audio.index, new StreamReader('audio', input.audio, input, limits));
  using packet = new Packet();
  packet.alloc();
  let broken = 0;
  let whole = 0;
  try {
    for (let count = 1; ; count++) {
      if (count % packetsPerTurn === 0) await setImmediate();
      const code = input.context.readFrameSync(packet);
      if (code === AVERROR_EOF) break;
      if (code < 0) {
        // A file that ends in the middle shows what it has.
        if (whole === 0) checked(code, 'read the file');
        break;
      }
      const reader = streams.get(packet.streamIndex);
      if (reader) {
        if (reader.send(packet)) whole += 1;
        else broken += 1;
        if (broken > Math.max(brokenMax, whole))
          throw new MediaToolsError('damaged', 'too much of it is broken');
        yield* reader.ready();
      }
      packet.unref();
    }
    for (const reader of streams.values()) {
      reader.send(null);
      yield* reader.ready();
    }
  } finally {
    for (const reader of streams.values()) reader.close();
  }
}

class StreamReader {
  readonly #kind: DecodedFrame['kind'];
  readonly #decoder: CodecContext;
  readonly #frame = new Frame();
  readonly #base: { num: number; den: number };
  readonly #offset: bigint;
  readonly #limits: WorkLimits;
  #next = 0n;

  constructor(kind: DecodedFrame['kind'], stream: Stream, input: OpenInput, limits: WorkLimits) {
    this.#kind = kind;
    this.#decoder = openDecoder(stream, limits.pixelsMax);
    this.#frame.alloc();
    this.#base = stream.timeBase;
    this.#offset = BigInt(Math.round((input.startSeconds * this.#base.den) / this.#base.num));
    this.#limits = limits;
  }

  /** Answers whether the decoder took it. */
  send(packet: Packet | null): boolean {
    return this.#decoder.sendPacketSync(packet) >= 0;
  }

  *ready(): Generator<DecodedFrame> {
    while (true) {
      const code = this.#decoder.receiveFrameSync(this.#frame);
      if (isDrained(code)) return;
      // What one packet has broken is left out; the next begins anew.
      if (code < 0) return;
      const best = this.#frame.bestEffortTimestamp;
      const pts = best === AV_NOPTS_VALUE ? this.#next : best - this.#offset;
      this.#frame.pts = pts;
      this.#next = pts + (this.#frame.duration > 0n ? this.#frame.duration : 1n);
      const atMs = (Number(pts) * 1000 * this.#base.num) / this.#base.den;
      if (atMs > this.#limits.durationMsMax) throw new MediaToolsError('too-long', `a frame at ${atMs} ms`);
      if (this.#frame.width * this.#frame.height > this.#limits.pixelsMax)
        throw new MediaToolsError('too-big', `a frame of ${this.#frame.width}x${this.#frame.height}`);
      yield { kind: this.#kind, frame: this.#frame, atMs };
      this.#frame.unref();
    }
  }

  close(): void {
    this.#frame.free();
    this.#decoder.freeContext();
  }
}
