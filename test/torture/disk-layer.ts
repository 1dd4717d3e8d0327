import { spawnSync } from 'node:child_process';
import { closeSync, openSync, readSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const source = join(import.meta.dirname, 'disk-layer.c');

/** The compiled layer's path, or why there is none. */
export function buildDiskLayer(folder: string): { library: string } | { missing: string } {
  if (process.platform !== 'linux') return { missing: `LD_PRELOAD is not to be had on ${process.platform}` };
  const library = join(folder, 'disk-layer.so');
  const args = ['-O2', '-shared', '-fPIC', '-Wall', '-o', library, source, '-ldl', '-lpthread'];
  const built = spawnSync('cc', args, { encoding: 'utf8' });
  if (built.error) return { missing: 'there is no C compiler (cc) here' };
  if (built.status !== 0) throw new Error(`the disk layer does not compile:\n${built.stderr}`);
  return { library };
}

/** Fields of `struct control` in disk-layer.c, in order. */
const faultNames = [
  'spaceLeft',
  'syncErrors',
  'readOnly',
  'syncLies',
  'syncDelayUs',
  'faults',
  'clockShiftSeconds',
] as const;
export type Faults = Record<(typeof faultNames)[number], number>;
const healthy: Faults = {
  spaceLeft: -1,
  syncErrors: 0,
  readOnly: 0,
  syncLies: 0,
  syncDelayUs: 0,
  faults: 0,
  clockShiftSeconds: 0,
};

/** The layer under one process: what it records, and what it makes fail. */
export class DiskLayer {
  readonly journal: string;
  readonly env: Record<string, string>;
  #control: number;
  #files: string[];

  constructor({ library, folder, scratch }: { library: string; folder: string; scratch: string }) {
    this.journal = join(scratch, 'journal');
    const controlPath = join(scratch, 'control');
    this.#files = [this.journal, controlPath];
    writeFileSync(this.journal, '');
    writeFileSync(controlPath, Buffer.alloc(faultNames.length * 8));
    this.#control = openSync(controlPath, 'r+');
    this.set(healthy);
    this.env = {
      LD_PRELOAD: library,
      DISK_LAYER_FOLDER: folder,
      DISK_LAYER_JOURNAL: this.journal,
      DISK_LAYER_CONTROL: controlPath,
    };
  }

  /** Takes effect at once in the running process. */
  set(faults: Partial<Faults>): void {
    for (const [name, value] of Object.entries(faults)) {
      const bytes = Buffer.alloc(8);
      bytes.writeBigInt64LE(BigInt(value));
      writeSync(this.#control, bytes, 0, 8, faultNames.indexOf(name as keyof Faults) * 8);
    }
  }

  get(name: keyof Faults): number {
    const bytes = Buffer.alloc(8);
    readSync(this.#control, bytes, 0, 8, faultNames.indexOf(name) * 8);
    return Number(bytes.readBigInt64LE());
  }

  close(): void {
    closeSync(this.#control);
    for (const path of this.#files) rmSync(path, { force: true });
  }
}
