import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDiskPacks } from '../../adapters/disk/disk-packs.ts';
import { systemClock } from '../../ports/clock/clock.ts';
import { contentsContract } from './test-contract.ts';

contentsContract('in memory', { create: async () => ({ dispose: async () => {} }) });

contentsContract('on disk', {
  async create() {
    const folder = mkdtempSync(join(tmpdir(), 'kith-contents-'));
    const packs = await openDiskPacks({ folder: join(folder, 'packs'), clock: systemClock });
    return {
      packs,
      async dispose() {
        await packs.close();
        rmSync(folder, { recursive: true });
      },
    };
  },
});
