/** What every store of packs must do. Each implementation's test file calls this once. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { variedBytes } from '../blobs/contract.ts';
import { appendBytesMax, isPackName, type Packs, type Place } from './packs.ts';

export interface PacksContractOptions {
  /** Without packs. */
  create: () => Promise<{ packs: Packs; dispose: () => Promise<void> }>;
}

export function packsContract(name: string, { create }: PacksContractOptions): void {
  const each = (title: string, body: (packs: Packs) => Promise<void>) =>
    test(`${name}: ${title}`, async () => {
      const { packs, dispose } = await create();
      try {
        await body(packs);
      } finally {
        await dispose();
      }
    });

  each(
    'gives back what was appended, one at a time or many at once, of any size and in pieces',
    async (packs) => {
      const sizes = [
        1,
        2,
        255,
        65_536,
        1_000_003,
        appendBytesMax,
        ...Array.from({ length: 300 }, (_, i) => i + 1),
      ];
      const stored: [Place, Buffer][] = [];
      for (const size of sizes.slice(0, 4)) {
        const bytes = variedBytes(size, size);
        stored.push([await packs.append([bytes]), bytes]);
      }
      await Promise.all(
        sizes.map(async (size, i) => {
          const bytes = variedBytes(size, i + 1);
          const middle = Math.floor(size / 3);
          stored.push([await packs.append([bytes.subarray(0, middle), bytes.subarray(middle)]), bytes]);
        }),
      );
      for (const [place, bytes] of stored) {
        assert.ok(isPackName(place.pack));
        assert.ok(bytes.equals(await packs.read(place, bytes.length)), `${bytes.length} bytes`);
        const [from, to] = [Math.floor(bytes.length / 4), Math.ceil(bytes.length / 2)];
        if (from === to) continue;
        const part = await packs.read({ pack: place.pack, at: place.at + from }, to - from);
        assert.ok(bytes.subarray(from, to).equals(part));
        const into = Buffer.alloc(bytes.length);
        await packs.read({ pack: place.pack, at: place.at + from }, to - from, into);
        assert.ok(bytes.subarray(from, to).equals(into.subarray(0, to - from)));
      }
      const places = new Set(stored.map(([{ pack, at }]) => `${pack} ${at}`));
      assert.equal(places.size, stored.length, 'no two lie in one place');
    },
  );

  each('gathers what comes at the same time into few packs', async (packs) => {
    const places = await Promise.all(
      Array.from({ length: 1000 }, (_, i) => packs.append([variedBytes(100, i + 1)])),
    );
    assert.ok(new Set(places.map(({ pack }) => pack)).size <= 10);
  });

  each('lists them with their sizes, in pages, and deletes', async (packs) => {
    const nothing = '00/00000000000000000000000000000000';
    assert.deepEqual(await packs.list({ limit: 10 }), []);
    const places: Place[] = [];
    for (let i = 0; i < 3; i++) places.push(await packs.append([variedBytes(10)]));
    const listed = await packs.list({ limit: 1000 });
    assert.deepEqual(
      listed.map(({ pack }) => pack),
      [...new Set(places.map(({ pack }) => pack))].sort(),
    );
    assert.equal(
      listed.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
      30,
    );
    const byOne: string[] = [];
    for (let after: string | undefined; ; after = byOne.at(-1)) {
      const [next] = await packs.list({ after, limit: 1 });
      if (!next) break;
      byOne.push(next.pack);
    }
    assert.deepEqual(
      byOne,
      listed.map(({ pack }) => pack),
    );
    for (const { pack } of listed) await packs.delete(pack);
    await packs.delete(listed[0]!.pack);
    await packs.delete(nothing);
    assert.deepEqual(await packs.list({ limit: 10 }), []);
    await assert.rejects(packs.read(places[0]!, 10), { kind: 'absent' });
  });

  each('tells what is not there', async (packs) => {
    const { pack, at } = await packs.append([variedBytes(10)]);
    await assert.rejects(packs.read({ pack, at }, 1000), { kind: 'range' });
    await assert.rejects(packs.read({ pack, at: at + 1000 }, 1), { kind: 'range' });
    const other = `${pack.slice(0, -1)}${pack.endsWith('0') ? '1' : '0'}`;
    await assert.rejects(packs.read({ pack: other, at: 0 }, 1), { kind: 'absent' });
    for (const wild of ['../secret', '', 'a', `${pack}/..`, '/etc/passwd'])
      await assert.rejects(packs.read({ pack: wild, at: 0 }, 1), { kind: 'absent' });
    await assert.rejects(packs.append([]), RangeError);
    await assert.rejects(packs.append([variedBytes(appendBytesMax), variedBytes(1)]), RangeError);
  });

  each('finishes what was begun when it is closed', async (packs) => {
    const begun = packs.append([variedBytes(10)]);
    await packs.close();
    assert.equal((await begun).at, 0);
    await assert.rejects(packs.append([variedBytes(10)]), { kind: 'closed' });
  });
}
