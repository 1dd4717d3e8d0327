import assert from 'node:assert/strict';
import { test } from 'node:test';
import { firstIdAt } from '../../lib/ids.ts';
import { manualClock } from '../../ports/clock/clock.ts';
import { defineTable } from '../../ports/records/records.ts';
import type { CqlRow, CqlSession } from './cql.ts';
import { type ColumnsLayout, layoutOf } from './layout.ts';
import { Stretches } from './stretches.ts';

const leadMs = 300_000;
const wide = defineTable('wide', { partition: ['id'], clustering: ['at'], kind: 'plain', wide: true });
const layout = layoutOf(wide) as ColumnsLayout;
const divided = 'wide\0a';

/** Answers these cuts, and counts how often it was asked. */
function fixture(cuts: (nowMs: number) => { startMs: number; madeMs: number }[]) {
  const clock = manualClock();
  const nowMs = clock.nowMs();
  const rows: CqlRow[] = cuts(nowMs).map(({ startMs, madeMs }) => ({
    divided,
    start: firstIdAt(startMs),
    made: BigInt(madeMs),
  }));
  let reads = 0;
  const session: CqlSession = {
    run: async () => {
      reads++;
      return { rows, pageState: undefined, applied: true };
    },
  };
  return { clock, nowMs, stretches: new Stretches({ session, clock, leadMs }), reads: () => reads };
}

const at = (ms: number) => firstIdAt(ms);

test('rows lie in the last stretch that begins at or before their id', async () => {
  const { stretches, nowMs } = fixture((now) => [
    { startMs: now - 200_000, madeMs: now - 600_000 },
    { startMs: now - 100_000, madeMs: now - 500_000 },
  ]);
  await stretches.ready();
  const [first, second] = [at(nowMs - 200_000), at(nowMs - 100_000)];
  assert.equal(stretches.of(layout, ['a', at(nowMs - 200_001)]), '');
  assert.equal(stretches.of(layout, ['a', first]), first);
  assert.equal(stretches.of(layout, ['a', at(nowMs - 100_001)]), first);
  assert.equal(stretches.of(layout, ['a', second]), second);
  assert.equal(stretches.of(layout, ['b', second]), '');
  assert.deepEqual(stretches.within(layout, ['a'], {}), ['', first, second]);
  assert.deepEqual(stretches.within(layout, ['a'], { reverse: true }), [second, first, '']);
  assert.deepEqual(stretches.within(layout, ['a'], { before: second, after: first }), [first]);
  assert.deepEqual(stretches.within(layout, ['a', second], {}), [second]);
});

test('a cut that was written too late to be known to all counts for nobody', async () => {
  const { stretches, nowMs } = fixture((now) => [
    { startMs: now + 1000, madeMs: now + 1000 - leadMs * 0.89 },
    { startMs: now + 2000, madeMs: now + 2000 - leadMs * 0.91 },
  ]);
  await stretches.ready();
  assert.equal(stretches.of(layout, ['a', at(nowMs + 1500)]), '');
  assert.equal(stretches.of(layout, ['a', at(nowMs + 2500)]), at(nowMs + 2000));
});

test('cuts are read again before any that is not known can come, whichever clock stood still', async () => {
  const { stretches, clock, reads } = fixture(() => []);
  await stretches.ready();
  assert.equal(stretches.ready(), undefined);
  assert.equal(reads(), 1);
  clock.advance(leadMs * 0.5);
  assert.equal(stretches.ready(), undefined, 'it goes on with what it knows');
  await stretches.idle();
  assert.equal(reads(), 2, 'and reads in the background');
  clock.advance(leadMs * 0.71);
  await stretches.ready();
  assert.equal(reads(), 3);
});
