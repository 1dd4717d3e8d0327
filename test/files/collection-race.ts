/** Everything that happens to files at once, while days go by and what nothing needs is collected. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { heldMs } from '../../src/features/contents/contents.ts';
import { contents as contentsTable, contentUses } from '../../src/features/contents/tables.ts';
import { inPieces, randomBytesFrom, readWhole } from '../../src/features/contents/test-contents.ts';
import type { FilesFeature } from '../../src/features/files/index.ts';
import { versionIdOf } from '../../src/features/files/node.ts';
import { fileTrash, folderEntries, nodePasts } from '../../src/features/files/tables.ts';
import type { TransfersFeature } from '../../src/features/transfers/index.ts';
import type { Id } from '../../src/lib/ids.ts';
import type { Principal } from '../../src/lib/principal.ts';
import { Refusal } from '../../src/lib/refusal.ts';
import type { Table } from '../../src/ports/records/records.ts';
import { storedWorld } from '../../src/roles/test-stored-files.ts';
import { createRandom, type Random } from '../torture/random.ts';

const actors = 8;
/** Few different bytes, so that everybody meets everybody's chunks while they come and go. */
const differentBytes = 40;
const names = 30;
const folder = '/shared';

export interface RaceTally {
  done: Record<string, number>;
  refused: number;
  contentsRemoved: number;
  chunksRemoved: number;
  packsRemoved: number;
}

/** Answers what was done. Throws where anything that is referred to is gone, or anything that is not has stayed. */
export async function raceCollection(given: { operations: number; seed: number }): Promise<RaceTally> {
  const random = createRandom(given.seed);
  const world = storedWorld();
  const { records, clock, contents, files, transfers, ann, bob } = world;
  await files.createFolder(ann, { path: folder });
  const shared = await files.get(ann, { path: folder });
  const tally: RaceTally = { done: {}, refused: 0, contentsRemoved: 0, chunksRemoved: 0, packsRemoved: 0 };

  const deeds = deedsOf({ files, transfers, ann, bob, sharedId: shared.id });
  const actor = async (own: Random) => {
    for (let i = 0; i < given.operations / actors; i++) {
      for (let turns = own.below(4); turns > 0; turns--)
        await new Promise((resolve) => setImmediate(resolve));
      const name = own.pick(Object.keys(deeds));
      try {
        await deeds[name]!(own);
        tally.done[name] = (tally.done[name] ?? 0) + 1;
      } catch (error) {
        // Somebody was there before.
        if (!(error instanceof Refusal)) throw error;
        tally.refused++;
      }
    }
  };
  let isOver = false;
  const collecting = (async () => {
    while (!isOver) {
      const { endedAtMs, ...progress } = await contents.collector.step();
      if (endedAtMs !== undefined) {
        tally.contentsRemoved += progress.contentsRemoved;
        tally.chunksRemoved += progress.chunksRemoved;
        tally.packsRemoved += progress.packsRemoved;
      }
      await files.tend(ann.userId);
      // Little of a hold goes by while anything is under way.
      clock.advance(Math.floor((random.next() * heldMs) / 40));
      await new Promise((resolve) => setImmediate(resolve));
    }
  })();
  await Promise.all(Array.from({ length: actors }, (_, i) => actor(random.fork(`actor ${i}`))));
  isOver = true;
  await collecting;
  while (!(await files.tend(ann.userId)));
  // What is kept stays the same from here on, however old it becomes.
  for (let day = 0; day < 8; day++) {
    clock.advance(heldMs * 1.1);
    await world.collect();
  }
  const referred = new Set<Id>();
  for (const table of [folderEntries, nodePasts, fileTrash] as Table<{ content: { id: Id } | null }>[])
    for (const { value } of await everyRow(table)) if (value.content) referred.add(value.content.id);
  for (const id of referred) {
    const { body, content } = await contents.open(id);
    const found = createHash('sha256')
      .update(await readWhole(body))
      .digest('hex');
    assert.equal(found, content.sha256, `the content ${id} is what it was`);
  }
  const used = new Set((await everyRow(contentUses)).map(({ key }) => key[0]));
  assert.deepEqual(used, referred, 'uses are those of what is kept');
  const left = new Set((await everyRow(contentsTable)).map(({ key }) => key[0]));
  assert.deepEqual(left, referred, 'what nothing refers to has gone');
  assert.deepEqual(world.reported, []);
  return tally;

  async function everyRow<V extends object>(table: Table<V>) {
    const found: { key: readonly string[]; value: V }[] = [];
    let cursor: string | undefined;
    do {
      const page = await records.scan(table, { cursor, limit: 1000 });
      found.push(...page.rows);
      cursor = page.next;
    } while (cursor !== undefined);
    return found;
  }
}

interface Scene {
  files: FilesFeature;
  transfers: TransfersFeature;
  ann: Principal;
  bob: Principal;
  sharedId: Id;
}

function deedsOf({
  files,
  transfers,
  ann,
  bob,
  sharedId,
}: Scene): Record<string, (random: Random) => Promise<unknown>> {
  const bytes = (random: Random) => {
    const parts = Array.from({ length: 1 + random.below(2) }, () =>
      randomBytesFrom(random.below(differentBytes), 2000),
    );
    return inPieces(Buffer.concat(parts));
  };
  const name = (random: Random) => `n${random.below(names)}`;
  const node = (random: Random) => files.get(ann, { path: `${folder}/${name(random)}` });
  const trashed = async (random: Random) => {
    const { items } = await files.trash(ann, { limit: 50 });
    return items.length > 0 ? random.pick(items).id : undefined;
  };
  const snapshot = async (random: Random) => {
    const { items } = await files.snapshots(ann, { limit: 20 });
    return items.length > 0 ? random.pick(items).id : undefined;
  };
  const put = (random: Random) =>
    transfers.put(ann, { target: { path: `${folder}/${name(random)}` } }, bytes(random), {});
  return {
    put,
    'put again': put,
    'put by who it is shared with': (random) =>
      transfers.put(bob, { target: { parentId: sharedId, name: name(random) } }, bytes(random), {}),
    share: () => files.share(ann, sharedId, { userId: bob.userId, role: 'editor' }),
    'end a share': async (random) => random.chance(0.2) && files.endShareOrLink(ann, sharedId, bob.userId),
    move: async (random) => files.change(ann, (await node(random)).id, { name: name(random) }),
    delete: async (random) => files.delete(ann, (await node(random)).id),
    'delete for good': async (random) => {
      const id = await trashed(random);
      if (id) await files.deleteForGood(ann, id);
    },
    'put back': async (random) => {
      const id = await trashed(random);
      if (id) await files.restoreFromTrash(ann, id);
    },
    'go back to a version': async (random) => {
      const { id } = await node(random);
      const { items } = await files.versions(ann, id, { limit: 20 });
      await files.restoreVersion(ann, id, versionIdOf(random.pick(items).version));
    },
    'make a snapshot': async (random) => random.chance(0.2) && files.makeSnapshot(ann, {}),
    'remove a snapshot': async (random) => {
      const id = await snapshot(random);
      if (id) await files.removeSnapshot(ann, id);
    },
    'go back to a snapshot': async (random) => {
      const id = random.chance(0.2) ? await snapshot(random) : undefined;
      if (id) await files.restore(ann, { snapshotId: id }, folder);
    },
  };
}
