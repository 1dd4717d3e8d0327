import type { Frame, Packet } from 'node-av/lib';
import { MediaToolsError } from '../../../../ports/media-tools/media-tools.ts';
import type { Still, VideoEngine } from '../engine.ts';
import { posterSize } from '../filters.ts';
import { Normaliser } from './normaliser.ts';
import { openInput } from './open-input.ts';
import { Pictures } from './pictures.ts';
import { readFrames } from './read-frames.ts';
import { Sound } from './sound.ts';

/**
 * FFmpeg in this process, by node-av: nothing needs to be installed. The calls are the blocking ones; this process
 * has nothing else to do, and they cost less than those that hop between threads.
 */
export const builtInFfmpeg: VideoEngine = {
  inspect: async (file, type, limits) => {
    const input = openInput(file, type, limits);
    input.close();
    return input.source;
  },

  still: async (source, atMs, limits) => {
    const input = openInput(source.file, source.type, limits);
    const size = posterSize(source);
    const filter = new Normaliser(source, input, size, 'rgb24');
    let found: Still | undefined;
    try {
      for await (const decoded of readFrames(input, limits, { withSound: false })) {
        // Of a stream without regular times the first frame is as good as any.
        for (const frame of filter.apply(decoded.frame)) found = { ...size, rgb: packedRgb(frame) };
        if (decoded.atMs >= Math.min(atMs, source.durationMs / 2)) break;
      }
    } finally {
      filter.close();
      input.close();
    }
    if (!found) throw new MediaToolsError('damaged', 'no frame could be decoded');
    return found;
  },

  encode: async (request) => {
    const input = openInput(request.source.file, request.source.type, request.limits);
    const sound = input.audio && new Sound(input.audio);
    const pictures = new Pictures(request, input, sound?.encoder);
    const take = (packet: Packet) => {
      for (const output of pictures.outputs) output.sound(packet);
    };
    try {
      for await (const { kind, frame, atMs } of readFrames(input, request.limits)) {
        if (kind === 'audio') sound?.push(frame, take);
        else {
          pictures.push(frame);
          request.onTime(atMs);
        }
      }
      pictures.end();
      sound?.end(take);
      for (const output of pictures.outputs) output.finish();
    } finally {
      pictures.close();
      sound?.close();
      input.close();
    }
  },
};

/** Rows follow each other without the padding that FFmpeg leaves after each. */
function packedRgb(frame: Frame): Buffer {
  const [plane] = frame.data!;
  const [stride] = frame.linesize;
  const rowBytes = frame.width * 3;
  const packed = Buffer.alloc(rowBytes * frame.height);
  for (let row = 0; row < frame.height; row++)
    plane!.copy(packed, row * rowBytes, row * stride!, row * stride! + rowBytes);
  return packed;
}
