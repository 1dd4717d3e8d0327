import { type FolderTortureOptions, tortureFolders } from './folder-torture.ts';
import { MediaRounds } from './media-rounds.ts';

/** Answers the exit code, as `runTorture` does. */
export const runMediaTorture = (options: FolderTortureOptions): Promise<number> =>
  tortureFolders(options, 'photos and videos come in', (folder) => MediaRounds.create(folder));
