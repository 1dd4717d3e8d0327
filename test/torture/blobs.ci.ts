/** The folder of blobs and power cuts. Named so that `npm test`, which needs no compiler, leaves it out. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { buildDiskLayer } from './disk-layer.ts';
import { cutPowerOf } from './self-test.ts';

test('a stored blob survives a power cut whole, and a disk that lies about syncs is caught', async (t) => {
  const scratch = mkdtempSync(join(tmpdir(), 'kith-blob-cuts-'));
  try {
    const built = buildDiskLayer(scratch);
    if ('missing' in built) return t.skip(`POWER CUTS were left out: ${built.missing}`);
    const at = { library: built.library, scratch };
    assert.equal(await cutPowerOf('blobs:disk', {}, at), 0);
    assert.ok((await cutPowerOf('blobs:disk', { syncLies: 1 }, at)) > 0, 'this test could not fail');
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
});
