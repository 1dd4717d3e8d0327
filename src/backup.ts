/**
 * Backups of an embedded installation: a folder with a consistent copy of the database, the installation's secret
 * and a description. What is derived (search, feeds) is not in it: it is rebuilt.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, copyFile, mkdir, open, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { secretFile } from './adapters/disk/installation-secret.ts';
import { databaseFile } from './adapters/sqlite/open-database.ts';
import { type CopiedBlobs, copyBlobs } from './backup-blobs.ts';

const descriptionFile = 'backup.json';
/** Where blobs lie that are whole, and the packs of files; beside them the data folder keeps what is on its way. */
const blobFolders = [join('blobs', 'objects'), join('blobs', 'packs')];

interface Description {
  kind: 'kith-backup';
  createdAt: string;
  layout: number;
  files: { name: string; bytes: number; sha256: string }[];
  /** Photos, videos and files; a backup made before there were any has none. */
  blobs?: CopiedBlobs;
}

export interface BackupSource {
  folder: string;
  layout: number;
  nowMs: number;
  copyDatabase(targetFile: string): Promise<void>;
}

/** Writes into a new or empty folder. It is a backup only once its description is there, which comes last. */
export async function writeBackup(source: BackupSource, target: string): Promise<string> {
  const folder = resolve(target);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if ((await readdir(folder)).length > 0) throw new Error(`${folder} is not empty: name a new folder.`);
  // The database first: what it names is then still there to be copied.
  await source.copyDatabase(join(folder, databaseFile));
  const blobs = await copyAllBlobs(source.folder, folder);
  await copyFile(join(source.folder, secretFile), join(folder, secretFile));
  await chmod(join(folder, secretFile), 0o600);
  const description: Description = {
    kind: 'kith-backup',
    createdAt: new Date(source.nowMs).toISOString(),
    layout: source.layout,
    files: await Promise.all([databaseFile, secretFile].map((name) => describeFile(folder, name))),
    blobs,
  };
  await writeFile(join(folder, descriptionFile), `${JSON.stringify(description, null, 2)}\n`, {
    mode: 0o600,
  });
  for (const name of [secretFile, descriptionFile, '.']) await syncPath(join(folder, name));
  const bytes = description.files.reduce((sum, file) => sum + file.bytes, blobs.bytes);
  return `${folder} holds a backup of ${(bytes / 2 ** 20).toFixed(1)} MiB, made ${description.createdAt}.`;
}

const partialEnding = '.restoring';
/** Settings, and what a restore that was cut off left behind. */
const mayStay = (name: string) =>
  name === 'kith.json' || name === secretFile || name === 'blobs' || name.endsWith(partialEnding);

/** Checks the whole backup first; then the data folder, which must be free, becomes what it was. */
export async function restoreBackup(backup: string, dataFolder: string): Promise<string> {
  const from = resolve(backup);
  const description = await readDescription(from);
  const names = description.files.map(({ name }) => name).sort();
  if (names.join() !== [databaseFile, secretFile].sort().join())
    throw new Error(`${from} does not hold what a backup made by Kith holds.`);
  for (const file of description.files) {
    const found = await describeFile(from, file.name).catch(() => undefined);
    if (found?.sha256 !== file.sha256)
      throw new Error(`The backup is damaged: ${join(from, file.name)} is not as it was written.`);
  }
  await mkdir(dataFolder, { recursive: true, mode: 0o700 });
  if ((await readdir(dataFolder)).some((name) => !mayStay(name)))
    throw new Error(`${dataFolder} is not empty. Move it away first: a restore never overwrites.`);
  const blobs = await restoreBlobs(from, dataFolder);
  if (blobs.files < (description.blobs?.files ?? 0))
    throw new Error(
      `The backup is damaged: photos, videos or files are missing from ${join(from, 'blobs')}.`,
    );
  // Whole copies first, then their names; the database, which makes it an installation, is named last.
  for (const name of [secretFile, databaseFile]) {
    const partial = join(dataFolder, `${name}${partialEnding}`);
    await copyFile(join(from, name), partial);
    await syncPath(partial);
  }
  for (const name of [secretFile, databaseFile]) {
    await rename(join(dataFolder, `${name}${partialEnding}`), join(dataFolder, name));
    await syncPath(dataFolder);
  }
  await syncPath(join(dataFolder, '..'));
  return `${dataFolder} is as it was on ${description.createdAt}.`;
}

/** Blobs stand under their last names at once: without the database nothing knows them, and doing it again is the same. */
const restoreBlobs = copyAllBlobs;

async function copyAllBlobs(from: string, to: string): Promise<CopiedBlobs> {
  const all = { files: 0, bytes: 0 };
  for (const each of blobFolders) {
    const { files, bytes } = await copyBlobs(join(from, each), join(to, each));
    all.files += files;
    all.bytes += bytes;
  }
  return all;
}

async function readDescription(folder: string): Promise<Description> {
  try {
    const parsed = JSON.parse(await readFile(join(folder, descriptionFile), 'utf8')) as Description;
    if (parsed.kind === 'kith-backup') return parsed;
  } catch {
    // The refusal below says it.
  }
  throw new Error(`${folder} is not a backup made by Kith, or was not finished.`);
}

async function describeFile(folder: string, name: string) {
  const hash = createHash('sha256');
  await pipeline(createReadStream(join(folder, name)), hash);
  return { name, bytes: (await stat(join(folder, name))).size, sha256: hash.digest('hex') };
}

async function syncPath(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
