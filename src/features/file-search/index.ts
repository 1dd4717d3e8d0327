/** Hint, with the drive's id as key: `files.indexed` {driveId}. */
export type { FileSearchDeps } from './context.ts';
export { createFileSearch, type FileSearch } from './file-search.ts';
