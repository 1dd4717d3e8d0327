import type { Frame, Packet, Stream } from 'node-av/lib';
import { soundFilter } from '../filters.ts';
import { FrameFilter } from './frame-filter.ts';
import { SoundEncoder } from './hls-output.ts';

/** The sound on its way: brought to one rate and layout, with silence where there is a gap, encoded once. */
export class Sound {
  readonly encoder = new SoundEncoder();
  readonly #stream: Stream;
  #filter: FrameFilter | undefined;
  /** Of the first filter: what a later one gives goes on from there. */
  #nextPts = 0n;

  constructor(stream: Stream) {
    this.#stream = stream;
  }

  push(frame: Frame, take: (packet: Packet) => void): void {
    if (!this.#filter?.fits(frame)) {
      this.#drain(take);
      this.#filter = FrameFilter.for(frame, this.#stream.timeBase, soundFilter());
    }
    this.#filter.push(frame);
    this.#encodeReady(take);
  }

  end(take: (packet: Packet) => void): void {
    this.#drain(take);
    this.encoder.encode(null, take);
  }

  close(): void {
    this.#filter?.close();
    this.encoder.close();
  }

  #drain(take: (packet: Packet) => void): void {
    if (!this.#filter) return;
    this.#filter.push(null);
    this.#encodeReady(take);
    this.#filter.close();
    this.#filter = undefined;
  }

  #encodeReady(take: (packet: Packet) => void): void {
    for (const frame of this.#filter!.ready()) {
      // After a change of format midway the new filter fills up from the beginning again.
      if (frame.pts < this.#nextPts) continue;
      this.#nextPts = frame.pts + BigInt(frame.nbSamples);
      this.encoder.encode(frame, take);
    }
  }
}
