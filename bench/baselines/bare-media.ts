/** The same pictures and renditions by the libraries alone: in this process, without limits or checks of the input. */
import { join } from 'node:path';
import sharp from 'sharp';
import { rgbaToThumbHash } from 'thumbhash';
import type { EncodeRequest, VideoEngine } from '../../src/adapters/media-tools/videos/engine.ts';
import { posterAtMs } from '../../src/adapters/media-tools/videos/source.ts';

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

/** The source looked into, its still, and the passes that the ladder takes: its first rung, then the others. */
export async function bareFfmpeg(
  engine: VideoEngine,
  file: string,
  { rungs, outputDir, limits }: Pick<EncodeRequest, 'rungs' | 'outputDir' | 'limits'>,
): Promise<void> {
  const source = await engine.inspect(file, 'video/mp4', limits);
  const { rgb, width, height } = await engine.still(source, posterAtMs, limits);
  await sharp(rgb, { raw: { width, height, channels: 3 } })
    .webp()
    .toFile(join(outputDir, 'still.webp'));
  const [first, ...others] = rungs;
  for (const some of [[first!], others])
    await engine.encode({ source, rungs: some, outputDir, limits, onTime: () => {} });
}
