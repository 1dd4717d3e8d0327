import { bind } from '../../lib/bind.ts';
import type { Id } from '../../lib/ids.ts';
import { createAccess } from './access.ts';
import { latestCursor, listChanges } from './changes.ts';
import { type FilesContext, type FilesDeps, openDrive } from './context.ts';
import { createDriveWriter } from './drive-writer.ts';
import { eraseDrive } from './erase-drive.ts';
import { fillChecksums } from './fill-checksums.ts';
import { driveShown, findShown, journalAfter, placesToWrite } from './find-shown.ts';
import {
  changeLink,
  checkLinkPassword,
  countDownload,
  endShareOrLink,
  listLinks,
  makeLink,
  openLink,
} from './links.ts';
import type { FileContent } from './node.ts';
import { areKept, getNode, listFolder, readableVersion, roomOf } from './read-files.ts';
import { listPastFolder, readablePast } from './read-past.ts';
import { restoreMoment } from './restore.ts';
import { listShares, sharedIds, sharedWithMe, shareWith, standingGrant } from './shares.ts';
import { listSnapshots, makeSnapshot, removeSnapshot, requireSnapshot } from './snapshots.ts';
import { tendDrive } from './tend.ts';
import { createTendSteps } from './tend-steps.ts';
import { deleteForGood, listTrash, restoreFromTrash } from './trash.ts';
import { listVersions, restoreVersion } from './versions.ts';
import { walkBelow } from './walk-below.ts';
import { changeNode, checkWrite, createFolder, deleteNode, writeFile } from './write-files.ts';

export function createFiles(deps: FilesDeps) {
  const context: FilesContext = {
    ...deps,
    writer: createDriveWriter(deps),
    access: createAccess(deps),
  };
  return {
    get: bind(context, getNode),
    list: bind(context, listFolder),
    readable: bind(context, readableVersion),
    createFolder: bind(context, createFolder),
    write: bind(context, writeFile),
    checkWrite: bind(context, checkWrite),
    change: bind(context, changeNode),
    delete: bind(context, deleteNode),
    trash: bind(context, listTrash),
    restoreFromTrash: bind(context, restoreFromTrash),
    deleteForGood: bind(context, deleteForGood),
    versions: bind(context, listVersions),
    restoreVersion: bind(context, restoreVersion),
    snapshots: bind(context, listSnapshots),
    snapshot: bind(context, requireSnapshot),
    makeSnapshot: bind(context, makeSnapshot),
    removeSnapshot: bind(context, removeSnapshot),
    pastFolder: bind(context, listPastFolder),
    readablePast: bind(context, readablePast),
    restore: bind(context, restoreMoment),
    changes: bind(context, listChanges),
    latestCursor: bind(context, latestCursor),
    share: bind(context, shareWith),
    endShareOrLink: bind(context, endShareOrLink),
    shares: bind(context, listShares),
    sharedWithMe: bind(context, sharedWithMe),
    sharedIds: bind(context, sharedIds),
    standingGrant: bind(context, standingGrant),
    makeLink: bind(context, makeLink),
    links: bind(context, listLinks),
    changeLink: bind(context, changeLink),
    openLink: bind(context, openLink),
    checkLinkPassword: bind(context, checkLinkPassword),
    countDownload: bind(context, countDownload),
    /** One piece of clearing away in a drive; true when nothing is left for now. */
    tend: bind(context, tendDrive),
    /** What the janitor runs. */
    tendSteps: () => createTendSteps(context),
    eraseOf: bind(context, eraseDrive),
    /** For indexes: what becomes of what they found, and what they follow. */
    findShown: bind(context, findShown),
    driveShown: bind(context, driveShown),
    journalAfter: bind(context, journalAfter),
    walkBelow: bind(context, walkBelow),
    /** For what lies on files and ends with the right to change them. */
    placesToWrite: bind(context, placesToWrite),
    /** What a person's files take, all kept versions included. */
    usedBytesOf: async (ownerId: Id): Promise<number> => (await openDrive(context, ownerId)).head.usedBytes,
    roomOf: bind(context, roomOf),
    /** Of these nodes, in their order, whether they are there or in the trash. */
    areKept: bind(context, areKept),
    /** Fills in checksums that were verified after their version came. */
    fillChecksums: <Item>(
      items: readonly Item[],
      contentOf: (item: Item) => FileContent | null | undefined,
    ): Promise<readonly Item[]> => fillChecksums(context, items, contentOf),
  };
}

export type FilesFeature = ReturnType<typeof createFiles>;
