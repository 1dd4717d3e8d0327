import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { BrokenPromise } from './api-client.ts';
import { checkDatabases } from './check-databases.ts';
import { copyFolder, scanFolder, withInodesOf, writeFolder } from './disk-folder.ts';
import { readDiskJournal } from './disk-journal.ts';
import { DiskLayer } from './disk-layer.ts';
import {
  expectAfterRestart,
  expectClear,
  expectRefusalToStart,
  expectSame,
  firstLine,
  largestDatabase,
  pageBytes,
  prepare,
  spoil,
  within,
} from './hurt-disk-checks.ts';
import { PowerCut } from './power-cut.ts';
import { createRandom } from './random.ts';
import { ServerProcess } from './server-process.ts';
import { randomTaste } from './survival.ts';
import { Writer } from './writer.ts';

const attemptsMax = 400;
const clockStepSeconds = 3600;

interface Case {
  folder: string;
  scratch: string;
  library: string;
}

/** What happens when the disk misbehaves: a clear error, nothing damaged. One line for each case that went well. */
export async function* hurtDiskCases(library: string, scratch: string): AsyncGenerator<string> {
  const cases = {
    clockStepsBack,
    diskFull,
    failedSync,
    readOnlyFolder,
    readOnlyLater,
    corruptHeader,
    corruptPages,
    secondProcess,
  };
  for (const [name, run] of Object.entries(cases)) {
    const at = mkdtempSync(join(scratch, `${name}-`));
    const folder = join(at, 'data');
    mkdirSync(folder);
    yield `${name}: ${await run({ folder, scratch: at, library })}`;
    rmSync(at, { recursive: true });
  }
}

/** As after a power cut on a machine whose clock has no battery: ids and the order of feeds go on regardless. */
async function clockStepsBack({ folder, scratch, library }: Case): Promise<string> {
  const { writer } = await prepare(folder, scratch);
  const layer = new DiskLayer({ library, folder, scratch });
  layer.set({ clockShiftSeconds: -clockStepSeconds });
  const server = await ServerProcess.start(folder, layer.env);
  try {
    await server.ready();
    writer.use(server.client);
    const before = writer.idMax;
    await writer.write(5, { above: before });
    await writer.expectAll(server.client);
    await writer.expectNewestFirst(server.client);
    return `an hour back, ids and the feed went on above ${before}`;
  } finally {
    await server.kill();
    layer.close();
  }
}

async function diskFull({ folder, scratch, library }: Case): Promise<string> {
  const layer = new DiskLayer({ library, folder, scratch });
  const server = await ServerProcess.start(folder, layer.env);
  try {
    await server.ready();
    const writer = await Writer.register(server.client);
    await writer.write(40);
    layer.set({ spaceLeft: 200_000 });
    const refusal = await writer.writeUntilRefused(attemptsMax);
    if (refusal.status !== 503 && refusal.status !== 507)
      throw new BrokenPromise(`a full disk answers ${JSON.stringify(refusal)}`);
    if (typeof refusal.body?.code !== 'string' || typeof refusal.body?.title !== 'string')
      throw new BrokenPromise(`a full disk answers without a problem document: ${JSON.stringify(refusal)}`);
    await writer.expectAll(server.client);
    layer.set({ spaceLeft: -1 });
    await writer.writeUntilAccepted(attemptsMax);
    await writer.write(20);
    await writer.expectAll(server.client);
    await server.kill();
    checkDatabases(folder, join(scratch, 'checked'));
    await expectAfterRestart(folder, writer);
    return `refused with ${refusal.status} (“${refusal.body.detail}”), reading went on, and so did writing once there was room; ${writer.count} posts`;
  } finally {
    await server.kill();
    layer.close();
  }
}

async function failedSync({ folder, scratch, library }: Case): Promise<string> {
  const { writer, base } = await prepare(folder, scratch);
  const start = withInodesOf(scanFolder(folder), scanFolder(base));
  const layer = new DiskLayer({ library, folder, scratch });
  const server = await ServerProcess.start(folder, layer.env);
  try {
    await server.ready();
    writer.use(server.client);
    await writer.write(40);
    layer.set({ syncErrors: 1 });
    const before = writer.count;
    await writer.writeUntilLost(attemptsMax);
    const { code } = await within(server.ended(), 'the process goes on after a failed fsync');
    if (code === 0) throw new BrokenPromise('a failed fsync ended the process with 0');
    expectClear(server.output, folder, 'a failed fsync', { wantsFolder: false });
    const cut = new PowerCut(start, readDiskJournal(layer.journal));
    const image = join(scratch, 'image');
    for (let seed = 0; seed < 5; seed++) {
      rmSync(image, { recursive: true, force: true });
      writeFolder(cut.image(randomTaste(createRandom(seed))), image);
      checkDatabases(image, join(scratch, 'checked'));
      await expectAfterRestart(image, writer);
    }
    return `the process ended with ${code}; ${writer.count - before} acknowledged after it began, all ${writer.count} there after 5 cuts`;
  } finally {
    await server.kill();
    layer.close();
  }
}

async function readOnlyFolder({ folder, scratch, library }: Case): Promise<string> {
  const { writer, base } = await prepare(folder, scratch);
  const layer = new DiskLayer({ library, folder, scratch });
  layer.set({ readOnly: 1 });
  const said = await expectRefusalToStart(folder, 'a read-only folder', layer.env);
  expectSame(base, folder, 'a start on a read-only folder');
  layer.close();
  await expectAfterRestart(folder, writer);
  return said;
}

/** As a file system turns read-only when its disk fails. */
async function readOnlyLater({ folder, scratch, library }: Case): Promise<string> {
  const layer = new DiskLayer({ library, folder, scratch });
  const server = await ServerProcess.start(folder, layer.env);
  try {
    await server.ready();
    const writer = await Writer.register(server.client);
    await writer.write(20);
    layer.set({ readOnly: 1 });
    const refusal = await writer.writeUntilRefusedOrLost(attemptsMax);
    await server.kill();
    checkDatabases(folder, join(scratch, 'checked'));
    await expectAfterRestart(folder, writer);
    return `${refusal === 'lost' ? 'the process ended' : `refused with ${refusal.status}`}; all ${writer.count} posts there`;
  } finally {
    await server.kill();
    layer.close();
  }
}

async function corruptHeader({ folder, scratch }: Case): Promise<string> {
  await prepare(folder, scratch);
  spoil(largestDatabase(folder), 0, 100);
  const spoilt = join(scratch, 'spoilt');
  copyFolder(folder, spoilt);
  const said = await expectRefusalToStart(folder, 'a spoilt database');
  expectSame(spoilt, folder, 'a start on a spoilt database');
  return said;
}

/** Damage in the middle: refusing to start is right, and so is serving what is whole; a wrong answer is not. */
async function corruptPages({ folder, scratch }: Case): Promise<string> {
  const { writer } = await prepare(folder, scratch);
  const path = largestDatabase(folder);
  const pages = Math.floor(statSync(path).size / pageBytes);
  for (let page = 5; page < pages; page += 6) spoil(path, page * pageBytes, 200);
  const server = await ServerProcess.start(folder);
  const isReady = await server.ready().then(
    () => true,
    () => false,
  );
  try {
    if (!isReady) {
      expectClear(server.output, folder, 'a spoilt database');
      return `refused to start: ${firstLine(server.output)}`;
    }
    const { right, refused } = await writer.count200s(server.client);
    return `started; ${right} posts answered rightly, ${refused} refused, none wrong`;
  } finally {
    await server.kill();
  }
}

async function secondProcess({ folder }: Case): Promise<string> {
  const first = await ServerProcess.start(folder);
  try {
    await first.ready();
    const writer = await Writer.register(first.client);
    await writer.write(10);
    const said = await expectRefusalToStart(folder, 'a second process');
    await writer.write(10);
    await writer.expectAll(first.client);
    return said;
  } finally {
    await first.kill();
  }
}
