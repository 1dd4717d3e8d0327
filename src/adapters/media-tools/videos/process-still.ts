import {
  defaultFormats,
  type ImageOptions,
  type ImageVariant,
  MediaToolsError,
  type ProcessedImage,
  videoLimits,
  type WorkLimits,
} from '../../../ports/media-tools/media-tools.ts';
import { makeVariant } from '../images/process-image.ts';
import { sharp } from '../images/sharp-engine.ts';
import { thumbhashOf } from '../images/thumbhash.ts';
import { variantSizes } from '../images/variant-sizes.ts';
import { sniffFile } from '../sniff.ts';
import type { FfmpegPrograms } from '../work/protocol.ts';
import { videoEngine } from './probe-video.ts';
import { checkSource, posterAtMs, shownSize } from './source.ts';

export interface StillWork {
  inputFile: string;
  outputDir: string;
  limits: Partial<WorkLimits>;
  programs?: FfmpegPrograms | undefined;
  image: Pick<ImageOptions, 'widths' | 'formats'>;
  onProgram: (pid: number, running: boolean) => void;
}

/** One frame of a video as pictures of several sizes. */
export async function processStill(work: StillWork): Promise<ProcessedImage> {
  const limits = { ...videoLimits, ...work.limits };
  const { kind, type } = await sniffFile(work.inputFile);
  if (kind !== 'video') throw new MediaToolsError('unsupported', `${type} is no video`);
  const engine = await videoEngine(work.programs, work.onProgram);
  const source = await engine.inspect(work.inputFile, type, limits);
  checkSource(source, limits);
  const { rgb, width, height } = await engine.still(source, posterAtMs, limits);
  const image = () => sharp(rgb, { raw: { width, height, channels: 3 } });
  const variants: ImageVariant[] = [];
  for (const size of variantSizes({ width, height }, work.image.widths)) {
    for (const format of work.image.formats ?? defaultFormats)
      variants.push(await makeVariant(image(), size, format, work.outputDir));
  }
  return { variants, thumbhash: await thumbhashOf(image()), ...shownSize(source), isAnimated: false };
}
