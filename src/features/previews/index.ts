/** Hints, with the content's id as key: `preview.changed` {contentId, state}, `preview.removed` {contentId}. */
export type { PreviewsDeps } from './context.ts';
export { sendPreview } from './http-send-preview.ts';
export { createPreviews, type PreviewsFeature } from './previews.ts';
export type { PreviewState } from './ready-previews.ts';
