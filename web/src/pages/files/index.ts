/** Everything about files comes as one, when somebody first goes there. */
export { FilesPage } from './files-page.tsx';
export { SharedFolderPage, SharedPage } from './shared-page.tsx';
export { SnapshotPage } from './snapshot-page.tsx';
export { SnapshotsPage } from './snapshots-page.tsx';
export { TrashPage } from './trash-page.tsx';
