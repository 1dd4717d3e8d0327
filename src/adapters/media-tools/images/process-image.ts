import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  defaultFormats,
  type ImageOptions,
  type ImageVariant,
  imageLimits,
  MediaToolsError,
  type ProcessedImage,
  type WorkLimits,
} from '../../../ports/media-tools/media-tools.ts';
import { sniffFile } from '../sniff.ts';
import { openAnimation, readHeader, withStill } from './open-image.ts';
import { imageFailure, type Sharp, sharp } from './sharp-engine.ts';
import { thumbhashOf } from './thumbhash.ts';
import { type Size, variantSizes } from './variant-sizes.ts';

export type Format = NonNullable<ImageOptions['formats']>[number];

export interface ImageWork {
  inputFile: string;
  outputDir: string;
  limits: Partial<WorkLimits>;
  image: Pick<ImageOptions, 'widths' | 'formats'>;
  onProgress: (progress: number) => void;
}

export async function processImage(work: ImageWork): Promise<ProcessedImage> {
  const limits = { ...imageLimits, ...work.limits };
  const { kind, type } = await sniffFile(work.inputFile);
  if (kind !== 'image') throw new MediaToolsError('unsupported', `${type} is no image`);
  const header = await readHeader(work.inputFile, type, limits);
  const sizes = variantSizes(header, work.image.widths);
  try {
    const still = await withStill(work.inputFile, header, limits, (image) =>
      decodeOnce(image, sizes.at(-1)!),
    );
    const variants: ImageVariant[] = [];
    const formats = work.image.formats ?? defaultFormats;
    const all = sizes.flatMap((size) => formats.map((format) => ({ size, format })));
    const pixelsOf = ({ width, height }: Size) => width * height;
    const pixelsAll = all.reduce((sum, { size }) => sum + pixelsOf(size), 0);
    let pixelsDone = 0;
    for (const { size, format } of all) {
      const source =
        header.isAnimated && format === 'webp' ? openAnimation(work.inputFile, limits) : still.copy();
      variants.push(await makeVariant(source, size, format, work.outputDir));
      pixelsDone += pixelsOf(size);
      work.onProgress(pixelsDone / pixelsAll);
    }
    const thumbhash = await thumbhashOf(still.copy());
    const { width, height, isAnimated } = header;
    return { variants, thumbhash, width, height, isAnimated };
  } catch (error) {
    throw imageFailure(error);
  }
}

/** The original is decoded once, at the largest size that is wanted; every variant begins from those pixels. */
async function decodeOnce(original: Sharp, { width, height }: Size): Promise<{ copy: () => Sharp }> {
  const { data, info } = await original
    .resize(width, height, { fit: 'fill' })
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const raw = { width: info.width, height: info.height, channels: info.channels };
  return { copy: () => sharp(data, { raw, limitInputPixels: false }) };
}

/** Efforts are where a better one costs twice the time and saves a few percent at most. */
const encoders: Readonly<Record<Format, (image: Sharp) => Sharp>> = {
  webp: (image) => image.webp({ quality: 80, effort: 2 }),
  avif: (image) => image.avif({ quality: 50, effort: 0, chromaSubsampling: '4:2:0' }),
  jpeg: (image) => image.flatten({ background: '#fff' }).jpeg({ quality: 80, progressive: true }),
};

export async function makeVariant(
  source: Sharp,
  { width, height }: Size,
  format: Format,
  outputDir: string,
): Promise<ImageVariant> {
  const encoded = await encoders[format](source.resize(width, height, { fit: 'fill' })).toBuffer();
  const file = `${width}x${height}.${format}`;
  await writeFile(join(outputDir, file), encoded);
  return { file, type: `image/${format}`, sizeBytes: encoded.length, width, height };
}
