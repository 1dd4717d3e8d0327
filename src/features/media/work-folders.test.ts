import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { cleanWorkFolder, ownWorkFolder } from './work-folders.ts';

test('what processes that have ended left of their work is taken away, and what others work on is not', async () => {
  const root = mkdtempSync(join(tmpdir(), 'kith-work-'));
  try {
    const own = ownWorkFolder(root);
    const machine = basename(own).replace(/\.\d+$/, '');
    const { pid: ended } = spawnSync(process.execPath, ['--version']);
    const nowMs = 1_800_000_000_000;
    const folder = (name: string, atMs: number) => {
      mkdirSync(join(root, name));
      writeFileSync(join(root, name, 'original'), 'x');
      utimesSync(join(root, name), atMs / 1000, atMs / 1000);
    };
    folder(basename(own), nowMs);
    folder(`${machine}.${ended}`, nowMs);
    folder(`${machine}.${process.ppid}`, nowMs);
    folder(`elsewhere.${ended}`, nowMs);
    folder('elsewhere.5', nowMs - 25 * 3_600_000);
    await cleanWorkFolder(own, nowMs);
    const kept = [basename(own), `${machine}.${process.ppid}`, `elsewhere.${ended}`];
    assert.deepEqual(readdirSync(root).sort(), kept.sort());
    assert.deepEqual(readdirSync(own), []);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});
