/** The same pictures and renditions by the libraries alone: in this process, without limits or checks of the input. */
import { join } from 'node:path';
import sharp from 'sharp';
import { rgbaToThumbHash } from 'thumbhash';
import type { EncodeRequest, VideoEngine } from '../../src/adapters/media-tools/videos/engine.ts';

export async function bareSharp(file: string, outputDir: string, widths: readonly number[]): Promise<void> {
  sharp.cache(false);
  sharp.concurrency(1);
  const { data, info } = await sharp(file)
    .autoOrient()
    .resize(widths.at(-1))
    .raw()
    .toBuffer({ resolveWithObject: true });
  const decoded = () =>
    sharp(data, { raw: { width: info.width, height: info.height, channels: info.channels } });
  for (const width of widths) {
    await decoded()
      .resize(width)
      .webp({ quality: 80, effort: 2 })
      .toFile(join(outputDir, `${width}.webp`));
    await decoded()
      .resize(width)
      .avif({ quality: 50, effort: 0 })
      .toFile(join(outputDir, `${width}.avif`));
  }
  const small = await decoded()
    .resize(100, 100, { fit: 'inside' })
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  rgbaToThumbHash(small.info.width, small.info.height, small.data);
}

/** The passes over the source that the ladder takes: its first rung, then the others. */
export async function bareFfmpeg(engine: VideoEngine, request: Omit<EncodeRequest, 'onTime'>): Promise<void> {
  const [first, ...others] = request.rungs;
  for (const rungs of [[first!], others]) await engine.encode({ ...request, rungs, onTime: () => {} });
}
