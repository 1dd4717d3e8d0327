import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { holdsBlobs } from './blob-rows.ts';
import { copyFolder, differences, scanFolder, writeFolder } from './disk-folder.ts';
import { readDiskJournal } from './disk-journal.ts';
import { DiskLayer, type Faults } from './disk-layer.ts';
import { PowerCut } from './power-cut.ts';
import { createRandom } from './random.ts';
import { keepAll, randomTaste, type Taste } from './survival.ts';

/**
 * Shows that the layer sees all that Node and SQLite write, and that the harness can fail: programs that do not sync,
 * or whose disk lies, must be caught losing what they promised, and those that do must not.
 */
export async function selfTestDiskLayer(library: string, scratch: string): Promise<string[]> {
  const cases: { way: string; faults?: Partial<Faults>; loses: boolean }[] = [
    { way: 'sqlite:FULL', loses: false },
    { way: 'sqlite:OFF', loses: true },
    { way: 'sqlite:FULL', faults: { syncLies: 1 }, loses: true },
    { way: 'file:synced', loses: false },
    { way: 'file:unsynced', loses: true },
  ];
  const lines: string[] = [];
  for (const { way, faults = {}, loses } of cases) {
    const lost = await cutPowerOf(way, faults, { library, scratch });
    const name = faults.syncLies ? `${way} on a disk that lies` : way;
    if (loses && lost === 0) throw new Error(`${name} lost nothing: this harness proves nothing`);
    if (!loses && lost > 0) throw new Error(`${name} lost acknowledged rows in ${lost} of ${images} images`);
    lines.push(`${name}: ${lost} of ${images} images lost something, as it should be`);
  }
  return lines;
}

const images = 12;
const promisesMin = 150;

/** In how many of `images` possible disks after a power cut something is lost that `ack-writer.ts` promised. */
export async function cutPowerOf(
  way: string,
  faults: Partial<Faults>,
  { library, scratch }: { library: string; scratch: string },
): Promise<number> {
  const at = mkdtempSync(join(scratch, 'self-test-'));
  const [live, base, image] = ['live', 'base', 'image'].map((name) => join(at, name)) as [
    string,
    string,
    string,
  ];
  mkdirSync(live);
  copyFolder(live, base);
  const start = scanFolder(live);
  const layer = new DiskLayer({ library, folder: live, scratch: at });
  layer.set(faults);
  const promised = await runUntilKilled(way, live, layer.env);
  const cut = new PowerCut(start, readDiskJournal(layer.journal));
  const missed = differences(cut.image(keepAll), scanFolder(live));
  // The change under way at the kill may have happened without a record.
  if (missed.length > 1) throw new Error(`${way}: the layer did not see everything:\n${missed.join('\n')}`);
  let lost = 0;
  for (let seed = 0; seed < images; seed++) {
    const taste: Taste = randomTaste(createRandom(seed));
    writeFolder(cut.image(taste), image);
    if (!(await holds(way, image, promised))) lost++;
    rmSync(image, { recursive: true, force: true });
  }
  layer.close();
  rmSync(at, { recursive: true });
  return lost;
}

/** Answers the last number promised before the kill. */
function runUntilKilled(way: string, folder: string, env: Record<string, string>): Promise<number> {
  const program = join(import.meta.dirname, 'ack-writer.ts');
  const child = spawn(process.execPath, [program, folder, way], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      if (Number(output.trimEnd().split('\n').at(-1)) >= promisesMin) child.kill('SIGKILL');
    });
    child.on('close', (_code, signal) => {
      if (signal !== 'SIGKILL') reject(new Error(`${way} ended by itself`));
      else resolve(Number(output.slice(0, output.lastIndexOf('\n')).split('\n').at(-1)));
    });
  });
}

async function holds(way: string, image: string, promised: number): Promise<boolean> {
  if (way.startsWith('blobs')) return holdsBlobs(image, promised);
  if (way.startsWith('sqlite')) {
    try {
      using database = new DatabaseSync(join(image, 'rows.db'));
      const check = database.prepare('PRAGMA integrity_check').get()?.['integrity_check'];
      return (
        check === 'ok' &&
        Number(database.prepare('SELECT count(*) AS n FROM rows WHERE n <= ?').get(promised)?.['n']) ===
          promised
      );
    } catch {
      return false;
    }
  }
  for (let n = 1; n <= promised; n++) {
    const path = join(image, 'files', String(n));
    if (!existsSync(path) || readFileSync(path, 'utf8') !== `${n}:${'x'.repeat((n * 37) % 9000)}`)
      return false;
  }
  return true;
}
