import type { Frame } from 'node-av/lib';
import { normaliseFilter } from '../filters.ts';
import type { VideoSource } from '../source.ts';
import { FrameFilter } from './frame-filter.ts';
import type { OpenInput } from './open-input.ts';

/** Brings every frame to one size and format; only this part is built anew when the stream changes midway. */
export class Normaliser {
  readonly #description: string;
  readonly #input: OpenInput;
  #filter: FrameFilter | undefined;

  constructor(
    source: VideoSource,
    input: OpenInput,
    size: { width: number; height: number },
    pixels: string,
  ) {
    this.#description = normaliseFilter(source, size, { pixels });
    this.#input = input;
  }

  *apply(frame: Frame | null): Generator<Frame> {
    if (frame && !this.#filter?.fits(frame)) {
      yield* this.#drain();
      this.#filter = FrameFilter.for(frame, this.#input.video.timeBase, this.#description);
    }
    if (!this.#filter) return;
    if (!frame) return yield* this.#drain();
    this.#filter.push(frame);
    yield* this.#filter.ready();
  }

  *#drain(): Generator<Frame> {
    if (!this.#filter) return;
    this.#filter.push(null);
    yield* this.#filter.ready();
    this.close();
  }

  close(): void {
    this.#filter?.close();
    this.#filter = undefined;
  }
}
