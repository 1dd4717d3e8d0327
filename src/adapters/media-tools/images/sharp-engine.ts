import sharp, { type Sharp, type SharpOptions } from 'sharp';
import { MediaToolsError } from '../../../ports/media-tools/media-tools.ts';

// libvips holds pixels outside of the heap and works on threads of its own; what it keeps between jobs and the
// number of its threads count against the machine that also serves requests.
sharp.cache(false);
sharp.concurrency(1);
// Only what is sniffed can be loaded: no SVG, no PDF, no program that libvips might start.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({
  operation: [
    'VipsForeignLoadJpeg',
    'VipsForeignLoadPng',
    'VipsForeignLoadNsgif',
    'VipsForeignLoadWebp',
    'VipsForeignLoadHeif',
    'VipsForeignLoadTiff',
  ],
});

export type { Sharp };
export { sharp };

/** Cut-off files are refused; a decoder's mere warnings, which many cameras' files cause, are not. */
export const inputOptions = (pixelsMax: number): SharpOptions => ({
  failOn: 'error',
  limitInputPixels: pixelsMax,
  sequentialRead: true,
});

/** What libvips says, as one of the port's failures. */
export function imageFailure(error: unknown): unknown {
  if (error instanceof MediaToolsError) return error;
  const { message } = error as Error;
  if (/exceeds pixel limit|dimensions exceed|too large|too many pixels/i.test(message))
    return new MediaToolsError('too-big', message);
  if (/out of memory|memory allocation/i.test(message)) return new MediaToolsError('out-of-memory', message);
  if (/no space left|unable to (?:write|open).*(?:tmp|temp)/i.test(message))
    return new MediaToolsError('interrupted', message);
  return new MediaToolsError('damaged', message);
}
