import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { manualClock } from '../../ports/clock/clock.ts';
import { OwnEntries } from './own-entries.ts';

const entry = (position: number) => ({ position, atMs: 0, kind: 'a', key: 'k', data: {} });
const entries = (...positions: number[]) => positions.map(entry);

describe('what a process committed itself', () => {
  test('is known until it is forgotten', () => {
    const own = new OwnEntries(manualClock().monotonicMs);
    own.add(entries(1, 2));
    own.forget(2);
    assert.deepEqual([own.has(1), own.has(2), own.has(3)], [true, false, false]);
    assert.equal(own.unpublished, 1);
    own.close();
  });

  test('is settled when published or left to others, whatever comes later', async () => {
    const own = new OwnEntries(manualClock().monotonicMs);
    own.add(entries(1, 2, 3));
    const settled = own.settled(2);
    own.published(1, { partition: 4, offset: 10n });
    own.leave(entries(2));
    await settled;
    assert.equal(own.unpublished, 1);
    assert.equal(own.has(2), true);
    own.close();
  });

  test('ends where Kafka put the last of it, in each partition', () => {
    const own = new OwnEntries(manualClock().monotonicMs);
    own.add(entries(1, 2, 3, 4));
    own.published(1, { partition: 0, offset: 10n });
    own.published(2, { partition: 1, offset: 5n });
    own.published(3, { partition: 0, offset: 11n });
    assert.deepEqual(
      [...own.endsUpTo(2)],
      [
        [0, 11n],
        [1, 6n],
      ],
    );
    assert.deepEqual(
      [...own.endsUpTo(9)],
      [
        [0, 12n],
        [1, 6n],
      ],
    );
    own.close();
  });

  test('is remembered within bounds', () => {
    const own = new OwnEntries(manualClock().monotonicMs);
    for (let n = 0; n < 120; n++) own.add(entries(...Array.from({ length: 500 }, (_, i) => n * 500 + i)));
    assert.equal(own.has(0), false);
    assert.equal(own.has(59_999), true);
    assert.equal(own.unpublished, 50_000);
    own.close();
  });
});
