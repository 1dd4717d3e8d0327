import assert from 'node:assert/strict';
import { appendFileSync, existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { bytesOf, variedBytes } from '../../ports/blobs/contract.ts';
import { manualClock } from '../../ports/clock/clock.ts';
import { packsContract } from '../../ports/packs/contract.ts';
import { packIdleMsMax } from '../../ports/packs/packs.ts';
import { openDiskPacks } from './disk-packs.ts';

async function withFolder<Result>(body: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'kith-packs-'));
  try {
    return await body(join(folder, 'packs'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

packsContract('disk packs', {
  async create() {
    const parent = mkdtempSync(join(tmpdir(), 'kith-packs-'));
    const packs = await openDiskPacks({ folder: join(parent, 'packs'), clock: manualClock() });
    return {
      packs,
      async dispose() {
        await packs.close();
        rmSync(parent, { recursive: true });
      },
    };
  },
});

test('disk packs: are there after opening again, and what a crash left at their ends is never appended to', () =>
  withFolder(async (folder) => {
    const first = await openDiskPacks({ folder, clock: manualClock() });
    const place = await first.append([bytesOf('kept')]);
    appendFileSync(join(folder, place.pack), 'torn');
    const second = await openDiskPacks({ folder, clock: manualClock() });
    const next = await second.append([bytesOf('next')]);
    assert.notEqual(next.pack, place.pack);
    assert.equal(String(await second.read(place, 4)), 'kept');
    assert.equal(String(await second.read(next, 4)), 'next');
    await first.close();
    await second.close();
  }));

test('disk packs: files are the owner’s alone', () =>
  withFolder(async (folder) => {
    const packs = await openDiskPacks({ folder, clock: manualClock() });
    const { pack } = await packs.append([bytesOf('x')]);
    assert.equal(statSync(join(folder, pack)).mode & 0o777, 0o600);
    assert.equal(statSync(join(folder, pack.slice(0, 2))).mode & 0o777, 0o700);
    await packs.close();
  }));

test('disk packs: many packs are read at once with few files open', () =>
  withFolder(async (folder) => {
    const count = 300;
    const places = [];
    for (let i = 0; i < count; i++) {
      const packs = await openDiskPacks({ folder, clock: manualClock() });
      places.push(await packs.append([variedBytes(10, i + 1)]));
      await packs.close();
    }
    const packs = await openDiskPacks({ folder, clock: manualClock() });
    const openFiles = () => (existsSync('/proc/self/fd') ? readdirSync('/proc/self/fd').length : 0);
    const before = openFiles();
    const read = await Promise.all([...places, ...places].map((place) => packs.read(place, 10)));
    for (let i = 0; i < read.length; i++) assert.ok(read[i]!.equals(variedBytes(10, (i % count) + 1)));
    await packs.read(places[0]!, 10);
    assert.ok(openFiles() < before + 280);
    await packs.close();
  }));

test('disk packs: one that nothing was appended to for long is left as it is', () =>
  withFolder(async (folder) => {
    const clock = manualClock();
    const packs = await openDiskPacks({ folder, clock });
    const { pack } = await packs.append([bytesOf('x')]);
    clock.advance(packIdleMsMax / 3);
    const same = await packs.append([bytesOf('y')]);
    clock.advance(packIdleMsMax);
    const other = await packs.append([bytesOf('z')]);
    assert.equal(same.pack, pack);
    assert.notEqual(other.pack, pack);
    await packs.close();
  }));
