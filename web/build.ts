/**
 * Builds the web app where its sources have changed since it was last built: into a folder named for what it was
 * made of, so that a build is either there and whole or not there, and processes that serve an older one go on.
 */
import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

const root = join(import.meta.dirname, '..');
const dist = join(import.meta.dirname, 'dist');
const sources = ['web/*.*', 'web/src/**/*.*', 'web/public/**/*.*', 'sdk/*.ts', 'package-lock.json'];
const compressible = /\.(html|js|css|svg|json|webmanifest)$/;
/** Smaller files fit one packet as they are. */
const compressBytesMin = 1024;

/** Answers the folder of the build. Reading the sources to see whether they changed takes some ten milliseconds. */
export async function buildWebApp(): Promise<string> {
  const folder = join(dist, hashOfSources());
  if (existsSync(folder)) return folder;
  console.error('Building the web app…');
  const unfinished = join(dist, `.unfinished-${process.pid}`);
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { recursive: true });
  const { build } = await import('vite');
  await build({
    configFile: join(import.meta.dirname, 'vite.config.ts'),
    logLevel: 'warn',
    build: { outDir: unfinished, emptyOutDir: true },
  });
  await writeWelcome(unfinished);
  await listForOffline(unfinished);
  await compress(unfinished);
  try {
    await rename(unfinished, folder);
  } catch (error) {
    // Another process was quicker with the same.
    if (!existsSync(folder)) throw error;
    await rm(unfinished, { recursive: true, force: true });
  }
  await removeOld(folder);
  return folder;
}

function hashOfSources(): string {
  const hash = createHash('sha256');
  for (const path of globSync(sources, { cwd: root }).sort()) {
    hash.update(`${path.replaceAll('\\', '/')}\0`).update(readFileSync(join(root, path)));
  }
  return hash.digest('hex').slice(0, 16);
}

async function writeWelcome(folder: string): Promise<void> {
  const { welcomePages } = await import('./welcome.ts');
  const page = await readFile(join(folder, 'index.html'), 'utf8');
  for (const [name, text] of welcomePages(page)) await writeFile(join(folder, name), text);
}

/** Too much for what it is worth without a network. */
const onlineOnly = /hls|inter-(?!latin-wght)/;

/** What the service worker keeps on people's devices. */
async function listForOffline(folder: string): Promise<void> {
  const names = await readdir(join(folder, 'assets'));
  const kept = names.filter((name) => !onlineOnly.test(name)).map((name) => `/assets/${name}`);
  await writeFile(join(folder, 'offline.json'), JSON.stringify([...kept.sort(), '/favicon.svg']));
}

const brotli = promisify(brotliCompress);
const gzipped = promisify(gzip);

async function compress(folder: string): Promise<void> {
  const names = await readdir(folder, { recursive: true });
  await Promise.all(
    names
      .filter((name) => compressible.test(name))
      .map(async (name) => {
        const file = join(folder, name);
        const bytes = await readFile(file);
        if (bytes.length < compressBytesMin) return;
        const params = { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
        await writeFile(`${file}.br`, await brotli(bytes, { params }));
        await writeFile(`${file}.gz`, await gzipped(bytes, { level: 9 }));
      }),
  );
}

/** A process that serves an older build reads its files as they are asked for; after a day it has them, or is gone. */
const keptMs = 24 * 60 * 60_000;

async function removeOld(folder: string): Promise<void> {
  for (const name of await readdir(dist)) {
    const other = join(dist, name);
    if (other !== folder && Date.now() - statSync(other).mtimeMs > keptMs)
      await rm(other, { recursive: true, force: true });
  }
}

if (import.meta.main) console.log(await buildWebApp());
