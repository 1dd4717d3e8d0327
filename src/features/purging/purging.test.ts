import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createIdSource } from '../../lib/ids.ts';
import { manualClock } from '../../ports/clock/clock.ts';
import { createMemoryStore } from '../../ports/records/memory-store.ts';
import { createPurgeQueue, enqueuePurge, purgeMarks } from './index.ts';

const dayMs = 86_400_000;

function world() {
  const clock = manualClock();
  const ids = createIdSource({ nowMs: clock.nowMs });
  const { records } = createMemoryStore({ nowMs: clock.nowMs });
  const queue = createPurgeQueue({ records, clock });
  const add = (subjectId: string) =>
    records.commit({
      decide: [enqueuePurge('post', ids.next(), subjectId)],
      hints: [{ kind: 'x', key: 'x', data: {} }],
    });
  const due = async (graceMs: number, limit = 100) =>
    (await queue.due('post', clock.nowMs() - graceMs, limit)).map(({ subjectId }) => subjectId);
  return { clock, records, queue, add, due };
}

test('PURGE-1: what was deleted long enough ago is due, oldest first, over any number of days', async () => {
  const { clock, add, due, queue } = world();
  for (let day = 0; day < 50; day += 10) {
    await add(`d${day}`);
    clock.advance(10 * dayMs);
  }
  assert.deepEqual(await due(29 * dayMs), ['d0', 'd10', 'd20']);
  assert.deepEqual(await due(0, 2), ['d0', 'd10']);
  assert.deepEqual(await queue.due('comment', clock.nowMs(), 10), []);
});

test('PURGE-2: what is done is due no more; days that are empty and over are not looked at again', async () => {
  const { clock, add, due, queue, records } = world();
  await add('a');
  clock.advance(3 * dayMs);
  await add('b');
  clock.advance(1);
  for (const each of await queue.due('post', clock.nowMs(), 1)) await queue.done(each);
  assert.deepEqual(await due(0), ['b']);
  assert.deepEqual(await due(0), ['b']);
  const mark = (await records.get(purgeMarks, ['post']))!.value.day;
  assert.ok(mark > 0 && mark <= Math.floor(clock.nowMs() / dayMs));
});

test('PURGE-2: a day is not given up before everything of it must have been written', async () => {
  const { clock, add, due } = world();
  clock.set(Date.UTC(2026, 5, 2) - 1);
  assert.deepEqual(await due(0), []);
  await add('late');
  clock.set(Date.UTC(2026, 5, 2) + 1);
  assert.deepEqual(await due(0), ['late']);
});
