import { bind } from '../../lib/bind.ts';
import type { EventLog } from '../../ports/log/log.ts';
import { contextOf, type PreviewsDeps } from './context.ts';
import { createFinder } from './find-preview.ts';
import { type MakingDeps, previewTask } from './make-preview.ts';
import { previewStates } from './ready-previews.ts';
import { followContents } from './remove-previews.ts';

export function createPreviews(deps: PreviewsDeps) {
  const context = contextOf(deps);
  return {
    find: createFinder(context),
    states: bind(context, previewStates),
    /** For a process that prepares media. */
    task: (making: MakingDeps) => previewTask(context, making),
    /** For the same: takes away what is of no use any more. */
    consume: (log: EventLog) => followContents(context, log),
  };
}

export type PreviewsFeature = ReturnType<typeof createPreviews>;
