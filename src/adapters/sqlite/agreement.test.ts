import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ManualClock, manualClock, systemClock } from '../../ports/clock/clock.ts';
import { contractTables, counts, hint, marks, things } from '../../ports/records/contract-store.ts';
import { createMemoryStore } from '../../ports/records/memory-store.ts';
import {
  type Commit,
  type CommitResult,
  type Records,
  type Write,
  write,
} from '../../ports/records/records.ts';
import { temporaryFolder, withStore } from './testing.ts';

const commitsMax = 1_500;
const letters = ['a', 'b', 'é', '\uffee', '😀', ''];

/** Random commits over few rows, so that they collide often. */
function randomCommit(clock: ManualClock, n: number): Commit {
  const pick = <T>(from: readonly T[]) => from[Math.floor(clock.random() * from.length)]!;
  const owner = pick(['ann', 'bob']);
  const conditional = (key: string[]): Write => {
    const version = 1 + Math.floor(clock.random() * 3);
    return pick([
      write.insert(things, key, { n }),
      write.replace(things, key, { n }, version),
      write.remove(things, key, version),
    ]);
  };
  const free = (): Write => {
    const key = [owner, pick(letters), pick(letters)];
    const what = [owner, pick(letters)];
    return pick([
      write.put(marks, key, { n }),
      write.remove(marks, key),
      write.add(counts, what, { [pick(letters)]: n, all: 1 }),
      write.remove(counts, what),
    ]);
  };
  const decided = new Set(Array.from({ length: Math.floor(clock.random() * 3) }, () => pick(letters)));
  const then = Array.from({ length: Math.floor(clock.random() * 4) }, free);
  return {
    decide: [...decided].map((each) => conditional([owner, each])),
    then,
    hints: [hint(owner, { n })],
  };
}

async function everything(records: Records) {
  const tables = await Promise.all(contractTables.map((table) => records.scan(table, { limit: 1000 })));
  return tables.map((page) => page.rows);
}

const plain = (result: CommitResult) =>
  result.ok ? result : { ...result, conflict: [result.conflict.op, result.conflict.key] };

test('random commits and reads come out as in memory', async (t) => {
  const seed = systemClock.nowMs() % 1_000_000;
  t.diagnostic(`seed ${seed}`);
  const random = manualClock(0, seed);
  const clock = manualClock();
  const memory = createMemoryStore({ nowMs: clock.nowMs });
  await withStore(
    temporaryFolder(t),
    async ({ records, log }) => {
      let pending: Promise<unknown>[] = [];
      for (let n = 0; n < commitsMax; n++) {
        const commit = randomCommit(random, n);
        const both = Promise.all([records.commit(commit), memory.records.commit(commit)]);
        pending.push(both.then(([a, b]) => assert.deepEqual(plain(a), plain(b))));
        if (random.random() > 0.05) continue;
        await Promise.all(pending);
        pending = [];
        const [after, before] = [letters, letters].map((each) => each[Math.floor(random.random() * 8)]);
        const options = {
          after,
          before,
          reverse: random.random() < 0.5,
          limit: 1 + Math.floor(random.random() * 5),
        };
        for (const table of [things, marks, counts]) {
          assert.deepEqual(
            await records.list<object>(table, ['ann'], options),
            await memory.records.list<object>(table, ['ann'], options),
          );
        }
      }
      await Promise.all(pending);
      assert.deepEqual(await everything(records), await everything(memory.records));
      for (let after = 0; after < log.head(); after += 700)
        assert.deepEqual(await log.read(after, 700), await memory.log.read(after, 700));
    },
    { clock },
  );
});
