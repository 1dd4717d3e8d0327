import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { createMediaTools } from '../../src/adapters/media-tools/media-tools.ts';
import { photoLike, withTales } from '../../src/adapters/media-tools/testing/sample-images.ts';
import { makeSampleVideo } from '../../src/adapters/media-tools/testing/sample-videos.ts';
import { builtInFfmpeg } from '../../src/adapters/media-tools/videos/built-in/built-in-ffmpeg.ts';
import { planRungs } from '../../src/adapters/media-tools/videos/plan-rungs.ts';
import { systemClock } from '../../src/ports/clock/clock.ts';
import {
  defaultLadder,
  defaultWidths,
  type MediaTools,
  videoLimits,
} from '../../src/ports/media-tools/media-tools.ts';
import { bareFfmpeg, bareSharp } from '../baselines/bare-media.ts';
import type { BenchContext } from '../context.ts';
import { type Figure, figure, type Section } from '../report/figures.ts';
import { alternate } from '../report/rounds.ts';
import { benchTransfers } from './media-transfer.ts';

/** Bytes in and out; pictures and videos made ready to show, one at a time, against the libraries that do it. */
export async function benchMedia(context: BenchContext): Promise<Section> {
  const tools = createMediaTools({ tempRoot: context.workDir, imagesAtOnce: 1 });
  try {
    const prepared = [...(await benchImages(context, tools)), await benchVideos(context, tools)];
    const figures = [...(await benchTransfers(context)), ...prepared];
    const notes = [
      `pictures in WebP and AVIF at widths of ${defaultWidths.join(', ')}; videos at heights of ${defaultLadder.map(({ height }) => height).join(', ')}`,
      'baseline: sharp and FFmpeg (node-av) doing the same in this process, without limits or checks',
      'uploads and fetches: one at a time by a client on the same processors, without the role that prepares media; the memory is the most that the process had from the first upload on, mapped files included',
      'the workers of Kith run at low priority: on a machine with other work the baseline wins by that',
    ];
    return { name: 'media', title: 'Media', figures, notes };
  } finally {
    await tools.close();
  }
}

async function benchImages(context: BenchContext, tools: MediaTools): Promise<Figure[]> {
  const { quick, rounds, workDir } = context;
  const figures: Figure[] = [];
  const sizes = {
    'pictures of 12 megapixels': [4000, 3000, 3],
    'pictures of 1 megapixel': [1152, 864, 10],
  } as const;
  for (const [title, [width, height, times]] of Object.entries(sizes)) {
    const file = join(workDir, `${width}.jpg`);
    await withTales(await photoLike(width, height))
      .jpeg({ quality: 90 })
      .toFile(file);
    const widths = defaultWidths.filter((wanted) => wanted <= width);
    const many = (work: (outputDir: string) => Promise<unknown>) => async () => {
      const startMs = systemClock.monotonicMs();
      for (let time = 0; time < (quick ? 1 : times); time++) await work(freshDir(workDir));
      return ((quick ? 1 : times) * 1000) / (systemClock.monotonicMs() - startMs);
    };
    const kith = many((outputDir) => tools.processImage(file, outputDir, { widths }));
    const bare = many((outputDir) => bareSharp(file, outputDir, widths));
    await kith();
    await bare();
    const measured = await alternate(rounds, { kith, bare });
    figures.push(
      figure(title, measured.kith, 'a second', { against: measured.bare, target: '>= 0.85 of bare sharp' }),
    );
  }
  return figures;
}

async function benchVideos({ quick, rounds, workDir }: BenchContext, tools: MediaTools): Promise<Figure> {
  const seconds = quick ? 1 : 16;
  const file = join(workDir, 'source.mp4');
  makeSampleVideo({ file, seconds, width: 1920, height: 1080 });
  const rungs = planRungs({ width: 1920, height: 1080 }, defaultLadder);
  const timed = (work: (outputDir: string) => Promise<unknown>) => async () => {
    const startMs = systemClock.monotonicMs();
    await work(freshDir(workDir));
    return (seconds * 1000) / (systemClock.monotonicMs() - startMs);
  };
  const measured = await alternate(rounds, {
    kith: timed((outputDir) => tools.processVideo(file, outputDir, { ladder: defaultLadder })),
    bare: timed((outputDir) => bareFfmpeg(builtInFfmpeg, file, { rungs, outputDir, limits: videoLimits })),
  });
  return figure('video in 1080p', measured.kith, 'seconds a second', {
    against: measured.bare,
    target: '>= 0.85 of bare FFmpeg',
  });
}

const freshDir = (workDir: string): string => mkdtempSync(join(workDir, 'made-'));
