import { bind } from '../../lib/bind.ts';
import type { FileMediaDeps } from './context.ts';
import { makeMediumOfFile } from './make-medium.ts';
import { saveMediumAsFile } from './save-medium.ts';

export function createFileMedia(deps: FileMediaDeps) {
  return { makeMedium: bind(deps, makeMediumOfFile), saveMedium: bind(deps, saveMediumAsFile) };
}

export type FileMediaFeature = ReturnType<typeof createFileMedia>;
