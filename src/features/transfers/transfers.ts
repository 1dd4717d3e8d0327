import { bind } from '../../lib/bind.ts';
import type { TransfersDeps } from './context.ts';
import { forgetUploads } from './forget-uploads.ts';
import { appendUpload, createUpload, endUpload, uploadStatus } from './resumable-uploads.ts';
import { findFile, findPastFile, makeOfChunks, openFile, putFile } from './whole-files.ts';
import { zipFolder } from './zip-folder.ts';

export function createTransfers(deps: TransfersDeps) {
  return {
    put: bind(deps, putFile),
    makeOfChunks: bind(deps, makeOfChunks),
    find: bind(deps, findFile),
    findPast: bind(deps, findPastFile),
    open: bind(deps, openFile),
    zip: bind(deps, zipFolder),
    createUpload: bind(deps, createUpload),
    upload: bind(deps, uploadStatus),
    append: bind(deps, appendUpload),
    endUpload: bind(deps, endUpload),
    /** For the janitor: answers how much it did. */
    forgetUploads: bind(deps, forgetUploads),
    get: deps.files.get,
    missing: deps.contents.missing,
    putChunk: deps.contents.putChunk,
  };
}

export type TransfersFeature = ReturnType<typeof createTransfers>;
