export type { FileMediaDeps } from './context.ts';
export { createFileMedia, type FileMediaFeature } from './file-media.ts';
