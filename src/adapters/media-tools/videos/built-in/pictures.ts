import type { Frame } from 'node-av/lib';
import type { EncodeRequest } from '../engine.ts';
import { label, outputRate, splitFilter } from '../filters.ts';
import { FrameFilter } from './frame-filter.ts';
import { HlsOutput, type SoundEncoder } from './hls-output.ts';
import { Normaliser } from './normaliser.ts';
import type { OpenInput } from './open-input.ts';

/** The pictures on their way: brought to one size, to a constant rate, to every rung. */
export class Pictures {
  readonly outputs: HlsOutput[];
  readonly #request: EncodeRequest;
  readonly #input: OpenInput;
  readonly #normaliser: Normaliser;
  #split: FrameFilter | undefined;

  constructor(request: EncodeRequest, input: OpenInput, sound: SoundEncoder | undefined) {
    this.#request = request;
    this.#input = input;
    this.#normaliser = new Normaliser(request.source, input, request.rungs.at(-1)!, 'yuv420p');
    const rate = outputRate(request.source);
    const { outputDir } = request;
    this.outputs = request.rungs.map((rung) => new HlsOutput({ rung, rate, outputDir, sound }));
  }

  push(frame: Frame): void {
    for (const normal of this.#normaliser.apply(frame)) this.#spread(normal);
  }

  end(): void {
    for (const normal of this.#normaliser.apply(null)) this.#spread(normal);
    this.#split?.push(null);
    this.#collect();
  }

  #spread(frame: Frame): void {
    this.#split ??= this.#makeSplit(frame);
    this.#split.push(frame);
    this.#collect();
  }

  #makeSplit(frame: Frame): FrameFilter {
    const { source, rungs } = this.#request;
    const description = `fps=fps=${outputRate(source)}:start_time=0,${splitFilter(rungs)}`;
    return FrameFilter.for(frame, this.#input.video.timeBase, description, rungs.map(label));
  }

  #collect(): void {
    if (!this.#split) return;
    for (const [index, rung] of this.#request.rungs.entries()) {
      for (const frame of this.#split.ready(label(rung))) this.outputs[index]!.picture(frame);
    }
  }

  close(): void {
    this.#normaliser.close();
    this.#split?.close();
    for (const output of this.outputs) output.close();
  }
}
