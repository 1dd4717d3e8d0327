import { randomFillSync } from 'node:crypto';
import { CutFinder } from '../../src/features/contents/find-cut.ts';
import type { BenchContext } from '../context.ts';
import { type Figure, figure, type Section } from '../report/figures.ts';
import { alternate } from '../report/rounds.ts';
import { benchFileTransfers } from './file-transfers.ts';
import { benchListing } from './folder-listing.ts';

const gib = 2 ** 30;
const mib = 2 ** 20;

/** Files: cutting in this process, all else by a server over HTTP. */
export async function benchFiles(context: BenchContext): Promise<Section> {
  const figures = [
    await benchCutting(context, randomFillSync(Buffer.alloc((context.quick ? 64 : 256) * mib))),
    ...(await benchFileTransfers(context)),
    ...(await benchListing(context)),
  ];
  const notes = [
    `large: one PUT, one GET; small: files of 16 KiB, ${context.connections} connections; random bytes`,
    'what is stored is cut, named by SHA-256, also as a whole, checked for being there, written to packs and synced, with rows in SQLite; what is read has every CRC32 checked',
    'baselines: the same bytes written to one file and synced once; bare node:http streaming that file; `rclone serve webdav` on a folder',
  ];
  return { name: 'files', title: 'Files', figures, notes };
}

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
