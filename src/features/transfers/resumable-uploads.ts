/** Uploads that may break off: a session of bytes, and beside it what they are to become. */

import type { Id } from '../../lib/ids.ts';
import type { Principal } from '../../lib/principal.ts';
import { notFound, Refusal } from '../../lib/refusal.ts';
import { type Row, write } from '../../ports/records/records.ts';
import type { PartChecksum } from '../contents/index.ts';
import { sessionMs } from '../contents/index.ts';
import type { ShownNode } from '../files/index.ts';
import { targetOf, versionIdOf } from '../files/index.ts';
import type { TransfersDeps } from './context.ts';
import { type FileUploadRow, fileUploads, fileUploadsByDay } from './tables.ts';

export interface ResumableUpload {
  id: Id;
  offsetBytes: number;
  sizeBytes: number;
  metadata: string;
  /** Undefined once the file is made. */
  expiresAtMs: number | undefined;
  made: FileUploadRow['made'];
}

export type NewUpload = Omit<FileUploadRow, 'userId' | 'made'>;

const dayMs = 86_400_000;
export const dayKey = (ms: number): string => String(Math.floor(ms / dayMs)).padStart(6, '0');

export async function createUpload(
  { records, contents, files, clock }: TransfersDeps,
  who: Principal,
  upload: NewUpload,
): Promise<ResumableUpload> {
  const { baseVersionId, sizeBytes } = upload;
  const { bytesMax } = await files.checkWrite(who, targetOf(upload.target), { baseVersionId });
  if (sizeBytes > bytesMax) throw tooLarge(bytesMax);
  const { id, expiresAtMs } = await contents.begin(who.userId, { sizeBytes });
  // A sealed upload is asked about once more at most a week later.
  const day = dayKey(clock.nowMs() + 2 * sessionMs);
  await records.commit({
    decide: [write.insert(fileUploads, [id], { ...upload, userId: who.userId })],
    then: [write.put(fileUploadsByDay, [day, id], {})],
    hints: [{ kind: 'upload.began', key: who.userId, data: { uploadId: id } }],
  });
  return { id, offsetBytes: 0, sizeBytes, metadata: upload.metadata, expiresAtMs, made: undefined };
}

export const tooLarge = (bytesMax: number) =>
  new Refusal('too-large', `There is room for ${bytesMax} bytes more.`);

async function ownUpload(
  { records }: TransfersDeps,
  who: Principal,
  id: string,
): Promise<Row<FileUploadRow>> {
  const row = await records.get(fileUploads, [id]);
  if (row?.value.userId !== who.userId) throw notFound();
  return row;
}

/** How far it is. Where all bytes are there and no file yet, a crash came between: then it is made now. */
export async function uploadStatus(
  deps: TransfersDeps,
  who: Principal,
  id: string,
): Promise<ResumableUpload> {
  const row = await ownUpload(deps, who, id);
  const session = row.value.made ? undefined : await deps.contents.session(id);
  if (!session) return completed(deps, who, row);
  const { offsetBytes, expiresAtMs } = session;
  if (offsetBytes === row.value.sizeBytes) return completed(deps, who, row);
  return { ...shown(row), offsetBytes, expiresAtMs };
}

const shown = ({ key, value }: Row<FileUploadRow>) => ({
  id: key[0]!,
  sizeBytes: value.sizeBytes,
  metadata: value.metadata,
  made: value.made,
});

export async function appendUpload(
  deps: TransfersDeps,
  who: Principal,
  id: string,
  part: { offsetBytes: number; source: AsyncIterable<Uint8Array>; checksum?: PartChecksum | undefined },
): Promise<ResumableUpload> {
  const row = await ownUpload(deps, who, id);
  const { offsetBytes, source, checksum } = part;
  const isAllThere = row.value.made || !(await deps.contents.session(id));
  if (isAllThere && offsetBytes === row.value.sizeBytes) return completed(deps, who, row);
  // Its bytes may have come, and no room been left for its file: whoever asks where to go on is told.
  if (isAllThere && (row.value.made || (await deps.contents.describe([id]))[0]))
    throw new Refusal('conflict', `All ${row.value.sizeBytes} bytes of the upload have come.`);
  const session = await deps.contents.append(id, offsetBytes, source, {
    bytesMax: row.value.sizeBytes - offsetBytes,
    checksum,
  });
  if (session.offsetBytes === row.value.sizeBytes) return completed(deps, who, row);
  return { ...shown(row), offsetBytes: session.offsetBytes, expiresAtMs: session.expiresAtMs };
}

/** Makes the file of bytes that are all there; asked again it answers the same. */
async function completed(
  deps: TransfersDeps,
  who: Principal,
  row: Row<FileUploadRow>,
): Promise<ResumableUpload> {
  const id = row.key[0]!;
  const { sizeBytes } = row.value;
  const done = { ...shown(row), offsetBytes: sizeBytes, expiresAtMs: undefined };
  if (row.value.made) return done;
  const node = await makeFile(deps, who, id, row.value);
  const made = { nodeId: node.id, versionId: versionIdOf(node.entry!.version) };
  const hints = [{ kind: 'upload.ended', key: who.userId, data: { uploadId: id } }];
  // Where somebody else was faster it says the same.
  await deps.records.commit({
    decide: [write.replace(fileUploads, [id], { ...row.value, made }, row.version)],
    hints,
  });
  return { ...done, made };
}

async function makeFile(
  { contents, files }: TransfersDeps,
  who: Principal,
  id: Id,
  { target, baseVersionId, modifiedAtMs }: FileUploadRow,
): Promise<ShownNode> {
  const content = await contents.seal(id);
  const { node } = await files.write(who, targetOf(target), {
    content: await contents.hold(content.id),
    baseVersionId,
    modifiedAtMs,
    claim: { userId: who.userId, key: `upload ${id}`, bodyHash: id },
  });
  return node;
}

export async function endUpload(deps: TransfersDeps, who: Principal, id: string): Promise<void> {
  const row = await ownUpload(deps, who, id);
  if (!row.value.made) await deps.contents.abort(id);
  await deps.records.commit({
    decide: [write.remove(fileUploads, [id], row.version)],
    hints: [{ kind: 'upload.ended', key: who.userId, data: { uploadId: id } }],
  });
}
