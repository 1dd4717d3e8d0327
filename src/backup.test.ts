import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { restoreBackup, writeBackup } from './backup.ts';

const folder = () => mkdtempSync(join(tmpdir(), 'kith-backup-'));

async function madeBackup() {
  const source = folder();
  writeFileSync(join(source, 'secret'), 'a secret of the installation');
  mkdirSync(join(source, 'blobs/objects/originals/ab'), { recursive: true });
  writeFileSync(join(source, 'blobs/objects/originals/ab/abc='), 'a photo');
  const target = join(folder(), 'monday');
  const copyDatabase = async (file: string) => writeFileSync(file, 'the database');
  await writeBackup({ folder: source, layout: 1, nowMs: 0, copyDatabase }, target);
  return target;
}

test('a restore that was cut off is done again, and settings stay', async () => {
  const backup = await madeBackup();
  const data = folder();
  writeFileSync(join(data, 'kith.json'), '{}');
  writeFileSync(join(data, 'kith.db.restoring'), 'half a data');
  writeFileSync(join(data, 'secret'), 'a secret of the installation');
  await restoreBackup(backup, data);
  assert.deepEqual(readdirSync(data).sort(), ['blobs', 'kith.db', 'kith.json', 'secret']);
  assert.equal(readFileSync(join(data, 'blobs/objects/originals/ab/abc='), 'utf8'), 'a photo');
  assert.equal(readFileSync(join(data, 'kith.db'), 'utf8'), 'the database');
});

test('a restore never overwrites, and takes nothing damaged or unfinished', async () => {
  const backup = await madeBackup();
  const data = folder();
  writeFileSync(join(data, 'kith.db'), 'what people wrote');
  await assert.rejects(restoreBackup(backup, data), /is not empty/);
  assert.equal(readFileSync(join(data, 'kith.db'), 'utf8'), 'what people wrote');
  writeFileSync(join(backup, 'kith.db'), 'the databasf');
  await assert.rejects(restoreBackup(backup, folder()), /damaged/);
  await assert.rejects(restoreBackup(folder(), folder()), /not a backup/);
  const other = await madeBackup();
  rmSync(join(other, 'blobs/objects/originals/ab/abc='));
  await assert.rejects(restoreBackup(other, folder()), /damaged: photos/);
});
