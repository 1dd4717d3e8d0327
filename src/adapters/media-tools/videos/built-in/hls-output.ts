import { join } from 'node:path';
import {
  AV_CODEC_FLAG_GLOBAL_HEADER,
  AV_PICTURE_TYPE_I,
  AV_PICTURE_TYPE_NONE,
  AV_PIX_FMT_YUV420P,
  AV_SAMPLE_FMT_FLTP,
  AVCOL_PRI_BT709,
  AVCOL_RANGE_MPEG,
  AVCOL_SPC_BT709,
  AVCOL_TRC_BT709,
  AVFMT_FLAG_BITEXACT,
} from 'node-av/constants';
import { Codec, CodecContext, FormatContext, type Frame, Packet, Rational, type Stream } from 'node-av/lib';
import {
  audioBitsPerSecond,
  audioSampleRate,
  hlsOptions,
  rungPlaylist,
  segmentSeconds,
  x264Options,
} from '../filters.ts';
import type { PlannedRung } from '../plan-rungs.ts';
import { checked, checkedEncoding, isDrained, setOptions } from './failures.ts';

/** One rung as it is written: its pictures are encoded here, its sound comes encoded, since all rungs share it. */
export class HlsOutput {
  readonly #format = new FormatContext();
  readonly #encoder: CodecContext;
  readonly #video: Stream;
  readonly #sound: Stream | undefined;
  readonly #soundEncoder: SoundEncoder | undefined;
  readonly #packet = new Packet();
  #segment = -1;

  constructor(given: {
    rung: PlannedRung;
    /** Frames a second, as `30000/1001`. */
    rate: string;
    outputDir: string;
    sound: SoundEncoder | undefined;
  }) {
    const { rung, rate, outputDir, sound } = given;
    const at = (file: string) => join(outputDir, file);
    this.#packet.alloc();
    checked(this.#format.allocOutputContext2(null, 'hls', at(rungPlaylist(rung))), 'begin a playlist');
    // Without a word of which program wrote it when.
    this.#format.setFlags(AVFMT_FLAG_BITEXACT);
    this.#encoder = openX264(rung, rate);
    this.#video = this.#format.newStream();
    this.#video.timeBase = this.#encoder.timeBase;
    checked(this.#video.codecpar.fromContext(this.#encoder), 'describe the pictures');
    this.#soundEncoder = sound;
    if (sound) {
      this.#sound = this.#format.newStream();
      this.#sound.timeBase = sound.context.timeBase;
      checked(this.#sound.codecpar.fromContext(sound.context), 'describe the sound');
    }
    setOptions(this.#format, hlsOptions(rung, at));
    checked(this.#format.writeHeaderSync(null), 'begin to write');
  }

  /** Frames come at the constant rate, timed in its unit. */
  picture(frame: Frame): void {
    const { num, den } = this.#encoder.timeBase;
    const segment = Math.floor((Number(frame.pts) * num) / den / segmentSeconds + 1e-9);
    frame.pictType = segment > this.#segment ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE;
    this.#segment = Math.max(this.#segment, segment);
    checkedEncoding(this.#encoder.sendFrameSync(frame), 'encode a frame');
    this.#writeEncoded();
  }

  /** An encoded packet of sound; it stays the caller's. */
  sound(packet: Packet): void {
    const copy = packet.clone()!;
    copy.streamIndex = this.#sound!.index;
    copy.rescaleTs(this.#soundEncoder!.context.timeBase, this.#sound!.timeBase);
    checked(this.#format.interleavedWriteFrameSync(copy), 'write sound');
    copy.free();
  }

  finish(): void {
    checked(this.#encoder.sendFrameSync(null), 'end the pictures');
    this.#writeEncoded();
    checked(this.#format.writeTrailerSync(), 'end the playlist');
  }

  close(): void {
    this.#packet.free();
    this.#encoder.freeContext();
    this.#format.freeContext();
  }

  #writeEncoded(): void {
    while (true) {
      const code = this.#encoder.receivePacketSync(this.#packet);
      if (isDrained(code)) return;
      checkedEncoding(code, 'encode a frame');
      this.#packet.streamIndex = this.#video.index;
      // Without it the last frame of a segment would have no duration.
      if (this.#packet.duration === 0n) this.#packet.duration = 1n;
      this.#packet.rescaleTs(this.#encoder.timeBase, this.#video.timeBase);
      checked(this.#format.interleavedWriteFrameSync(this.#packet), 'write a frame');
    }
  }
}

function openX264(rung: PlannedRung, rate: string): CodecContext {
  const [over, under] = rate.split('/').map(Number);
  const codec = Codec.findEncoderByName('libx264' as never)!;
  const context = new CodecContext();
  context.allocContext3(codec);
  context.width = rung.width;
  context.height = rung.height;
  context.pixelFormat = AV_PIX_FMT_YUV420P;
  context.timeBase = new Rational(under!, over!);
  context.framerate = new Rational(over!, under!);
  context.sampleAspectRatio = new Rational(1, 1);
  context.colorRange = AVCOL_RANGE_MPEG;
  context.colorSpace = AVCOL_SPC_BT709;
  context.colorPrimaries = AVCOL_PRI_BT709;
  context.colorTrc = AVCOL_TRC_BT709;
  context.setFlags(AV_CODEC_FLAG_GLOBAL_HEADER);
  setOptions(context, x264Options(rung));
  checked(context.open2Sync(codec, null), 'open the encoder');
  return context;
}

/** AAC, encoded once for all rungs. */
export class SoundEncoder {
  readonly context = new CodecContext();
  readonly #packet = new Packet();

  constructor() {
    const codec = Codec.findEncoderByName('aac' as never)!;
    this.context.allocContext3(codec);
    this.context.sampleRate = audioSampleRate;
    this.context.sampleFormat = AV_SAMPLE_FMT_FLTP;
    this.context.channelLayout = { nbChannels: 2, order: 1 as never, mask: 3n };
    this.context.bitRate = BigInt(audioBitsPerSecond);
    this.context.timeBase = new Rational(1, audioSampleRate);
    this.context.setFlags(AV_CODEC_FLAG_GLOBAL_HEADER);
    checked(this.context.open2Sync(codec, null), 'open the encoder of sound');
    this.#packet.alloc();
  }

  /** `null` ends it. */
  encode(frame: Frame | null, take: (packet: Packet) => void): void {
    checkedEncoding(this.context.sendFrameSync(frame), 'encode sound');
    while (true) {
      const code = this.context.receivePacketSync(this.#packet);
      if (isDrained(code)) return;
      checkedEncoding(code, 'encode sound');
      take(this.#packet);
      this.#packet.unref();
    }
  }

  close(): void {
    this.#packet.free();
    this.context.freeContext();
  }
}
