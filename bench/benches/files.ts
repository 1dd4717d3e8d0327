import { randomFillSync } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { openDiskPacks } from '../../src/adapters/disk/disk-packs.ts';
import { openSqliteStore } from '../../src/adapters/sqlite/store.ts';
import { CutFinder } from '../../src/features/contents/find-cut.ts';
import { type ContentsFeature, createContents } from '../../src/features/contents/index.ts';
import { eachLimited } from '../../src/lib/each-limited.ts';
import { createIdSource } from '../../src/lib/ids.ts';
import { systemClock } from '../../src/ports/clock/clock.ts';
import { tables } from '../../src/tables.ts';
import type { BenchContext } from '../context.ts';
import { type Figure, figure, type Section } from '../report/figures.ts';
import { alternate } from '../report/rounds.ts';

const pieceBytes = 64 * 1024;
const gib = 2 ** 30;
const mib = 2 ** 20;

/** The bytes of files in this process, without HTTP: cutting, storing and reading, against the bare disk. */
export async function benchFiles(context: BenchContext): Promise<Section> {
  const store = await openSqliteStore({
    folder: join(context.workDir, 'files'),
    tables,
    clock: systemClock,
    highWater: () => undefined,
    onFatal: (error) => {
      throw error;
    },
    onHandlerError: () => undefined,
  });
  const packs = await openDiskPacks({ folder: join(context.workDir, 'packs'), clock: systemClock });
  const ids = createIdSource({ nowMs: systemClock.nowMs });
  const contents = createContents({
    records: store.records,
    packs,
    clock: systemClock,
    ids,
    report: () => {},
  });
  try {
    const large = randomFillSync(Buffer.alloc((context.quick ? 128 : 512) * mib));
    const figures = [
      await benchCutting(context, large),
      ...(await benchLarge(context, contents, large)),
      ...(await benchSmall(context, contents)),
    ];
    const notes = [
      `large: ${large.length / mib} MiB of random bytes in pieces of ${pieceBytes / 1024} KiB; small: files of 16 KiB, 64 at a time`,
      'what is stored is cut, named by SHA-256, checked for being there, written to packs and synced, with rows in SQLite; what is read has every CRC32 checked',
      'baselines: one file written in the same pieces and synced once; that file read by a stream',
    ];
    return { name: 'files', title: 'Files', figures, notes };
  } finally {
    await contents.close();
    await packs.close();
    await store.close();
  }
}

const since = (startMs: number) => (systemClock.monotonicMs() - startMs) / 1000;

async function benchCutting({ rounds }: BenchContext, bytes: Buffer): Promise<Figure> {
  const measured = await alternate(rounds, {
    cutting: async () => {
      const startedAt = process.cpuUsage();
      const finder = new CutFinder();
      for (let at = 0; at < bytes.length; ) {
        const cut = finder.find(bytes, at);
        at = cut < 0 ? bytes.length : cut;
      }
      return bytes.length / gib / (process.cpuUsage(startedAt).user / 1e6);
    },
  });
  return figure('finding the cuts', measured.cutting, 'GiB/s of processor', { target: '>= 1 on one core' });
}

/** Different bytes each time, so that nothing is there already; the first of each 256 KiB differ, and so all chunks. */
function freshen(bytes: Buffer): void {
  for (let at = 0; at < bytes.length; at += 256 * 1024) randomFillSync(bytes, at, 16);
}

async function* pieces(bytes: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
}

async function benchLarge(
  { rounds, workDir }: BenchContext,
  contents: ContentsFeature,
  bytes: Buffer,
): Promise<Figure[]> {
  const file = join(workDir, 'plain');
  let stored = '';
  const rate = async (work: () => Promise<unknown>) => {
    const startMs = systemClock.monotonicMs();
    await work();
    return bytes.length / mib / since(startMs);
  };
  const writing = await alternate(rounds, {
    kith: async () => {
      freshen(bytes);
      return rate(async () => {
        stored = (await contents.store('bench', pieces(bytes), { bytesMax: gib })).id;
      });
    },
    plain: async () => {
      await rm(file, { force: true });
      return rate(async () => {
        const handle = await open(file, 'w');
        for await (const piece of pieces(bytes)) await handle.write(piece);
        await handle.sync();
        await handle.close();
      });
    },
  });
  const drain = async (body: AsyncIterable<Uint8Array>) => {
    let sizeBytes = 0;
    for await (const piece of body) sizeBytes += piece.length;
    if (sizeBytes !== bytes.length) throw new Error(`${sizeBytes} bytes read`);
  };
  const reading = await alternate(rounds, {
    kith: () => rate(async () => drain((await contents.open(stored)).body)),
    plain: () => rate(() => drain(createReadStream(file, { highWaterMark: 256 * 1024 }))),
  });
  return [
    figure('storing a large file', writing.kith, 'MiB/s', {
      against: writing.plain,
      target: '>= 0.5 of a plain write with fsync',
    }),
    figure('reading a large file', reading.kith, 'MiB/s', { against: reading.plain }),
  ];
}

async function benchSmall({ rounds, quick }: BenchContext, contents: ContentsFeature): Promise<Figure[]> {
  const count = quick ? 1000 : 10_000;
  const sizeBytes = 16 * 1024;
  let ids: string[] = [];
  const rate = async (work: (i: number) => Promise<void>) => {
    const startMs = systemClock.monotonicMs();
    await eachLimited(Array.from({ length: count }), 64, (_, i) => work(i));
    return count / since(startMs);
  };
  const storing = await alternate(rounds, {
    kith: async () => {
      ids = [];
      const all = randomFillSync(Buffer.alloc(count * sizeBytes));
      return rate(async (i) => {
        const bytes = all.subarray(i * sizeBytes, (i + 1) * sizeBytes);
        ids[i] = (await contents.store('bench', pieces(bytes), { bytesMax: gib })).id;
      });
    },
  });
  const reading = await alternate(rounds, {
    kith: () =>
      rate(async (i) => {
        const { body } = await contents.open(ids[i]!);
        for await (const _ of body);
      }),
  });
  return [
    figure('storing small files, durably', storing.kith, 'a second', { target: '> 3,800' }),
    figure('reading small files', reading.kith, 'a second', { target: '> 8,000' }),
  ];
}
