import { imageLimits, type MediaProbe, videoLimits } from '../../ports/media-tools/media-tools.ts';
import { sniffFile } from './sniff.ts';
import type { Job } from './work/protocol.ts';

/** The engines are loaded when needed: each costs a worker that does without it a tenth of a second. */
export async function probeFile({ inputFile, limits, programs }: Job): Promise<MediaProbe> {
  const { kind, type } = await sniffFile(inputFile);
  if (kind === 'image') {
    const { readHeader } = await import('./images/open-image.ts');
    const { isDeep: _, ...probe } = await readHeader(inputFile, type, { ...imageLimits, ...limits });
    return probe;
  }
  const { probeVideo } = await import('./videos/probe-video.ts');
  return probeVideo({ inputFile, type, limits: { ...videoLimits, ...limits }, programs });
}
