import { FilesRounds } from './files-rounds.ts';
import { type FolderTortureOptions, tortureFolders } from './folder-torture.ts';

/** Answers the exit code, as `runTorture` does. */
export const runFilesTorture = (options: FolderTortureOptions): Promise<number> =>
  tortureFolders(
    options,
    'files are put, changed, moved and collected',
    async (folder) => new FilesRounds(folder),
  );
