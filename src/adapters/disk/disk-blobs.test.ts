import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { signingKey } from '../../lib/signed-requests.ts';
import { blobsContract, bytesOf, readWhole } from '../../ports/blobs/contract.ts';
import { manualClock } from '../../ports/clock/clock.ts';
import { openDiskBlobs } from './disk-blobs.ts';

const key = signingKey('secret', 'blobs');
const text = { type: 'text/plain' };
const fresh = () => mkdtempSync(join(tmpdir(), 'kith-blobs-'));
const openIn = (folder: string) =>
  openDiskBlobs({ folder: join(folder, 'blobs'), clock: manualClock(), key });
const filesBelow = (folder: string) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1));

async function withFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = fresh();
  try {
    await body(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

blobsContract('disk blobs', {
  async create() {
    const folder = fresh();
    const blobs = await openIn(folder);
    return {
      blobs,
      async dispose() {
        assert.deepEqual(readdirSync(join(folder, 'blobs/partial')), [], 'nothing half written is left');
        rmSync(folder, { recursive: true });
      },
    };
  },
});

test('disk blobs: are there after opening again, and what a crash left half written is not', () =>
  withFolder(async (folder) => {
    const first = await openIn(folder);
    await first.put('a/b', bytesOf('kept'), text);
    const upload = await first.begin('c', text);
    const part = await first.putPart(upload, 1, bytesOf('part'), { sizeBytes: 4 });
    writeFileSync(join(folder, 'blobs/partial/0123'), 'half');
    const second = await openIn(folder);
    assert.deepEqual(readdirSync(join(folder, 'blobs/partial')), []);
    assert.equal(String(await readWhole((await second.get('a/b')).body)), 'kept');
    assert.deepEqual(await second.parts(upload, { limit: 10 }), [part]);
    await second.complete(upload, [part]);
    assert.equal(String(await readWhole((await second.get('c')).body)), 'part');
    assert.deepEqual(readdirSync(join(folder, 'blobs/uploads')), []);
  }));

test('disk blobs: files are the owner’s alone, and still what their bytes are', () =>
  withFolder(async (folder) => {
    const blobs = await openIn(folder);
    await blobs.put('ab/x', bytesOf('bytes'), text);
    const file = join(folder, 'blobs/objects/ab/x=');
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.equal(statSync(join(folder, 'blobs/objects/ab')).mode & 0o777, 0o700);
    assert.equal(readFileSync(file, 'utf8').slice(0, 5), 'bytes');
  }));

test('disk blobs: folders go with the last blob in them, whoever stores there at the same time', () =>
  withFolder(async (folder) => {
    const blobs = await openIn(folder);
    const rounds = 40;
    for (let i = 0; i < rounds; i++) {
      await Promise.all([
        blobs.put(`deep/er/a${i}`, bytesOf('a'), text),
        i > 0 && blobs.delete(`deep/er/a${i - 1}`),
        blobs.delete(`deep/er/none`),
      ]);
    }
    assert.deepEqual(filesBelow(join(folder, 'blobs/objects')), [`deep/er/a${rounds - 1}=`]);
    await blobs.delete(`deep/er/a${rounds - 1}`);
    assert.deepEqual(readdirSync(join(folder, 'blobs/objects')), []);
  }));

test('disk blobs: a damaged file is told of, not served', () =>
  withFolder(async (folder) => {
    const blobs = await openIn(folder);
    await blobs.put('x', bytesOf('bytes'), text);
    writeFileSync(join(folder, 'blobs/objects/x='), 'cut short');
    await assert.rejects(blobs.get('x'), { kind: 'unavailable' });
    await blobs.put('x', bytesOf('again'), text);
    assert.equal(String(await readWhole((await blobs.get('x')).body)), 'again');
  }));

test('disk blobs: what the disk refuses is told by its kind', () =>
  withFolder(async (folder) => {
    const blobs = await openIn(folder);
    const refusing = (code: string) =>
      (async function* () {
        yield bytesOf('x');
        throw Object.assign(new Error(`${code}: write`), { code, syscall: 'write' });
      })();
    await assert.rejects(blobs.put('x', refusing('ENOSPC'), text), { kind: 'full' });
    await assert.rejects(blobs.put('x', refusing('EIO'), text), { kind: 'unavailable' });
    await assert.rejects(blobs.put('x', refusing('ECONNRESET'), text), { code: 'ECONNRESET' });
  }));
