import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { addSums, type CounterRow, encodeDelta, foldPlan, sumOf } from './counter-sum.ts';

const sums = fc.dictionary(fc.constantFrom('likes', 'shares', "it's"), fc.integer({ min: -5, max: 5 }), {
  minKeys: 1,
  noNullPrototype: true,
});
const delta = fc.oneof(
  {
    weight: 5,
    arbitrary: sums.map((each) => ({ reset: false, sums: each as Record<string, number> | null })),
  },
  { weight: 1, arbitrary: fc.constant({ reset: true, sums: null }) },
);
const txAt = (i: number) => String(i + 1).padStart(4, '0');

test('folding at any time changes no sum, whether the deltas below the floor are still there, gone or back', () => {
  fc.assert(
    fc.property(
      fc.array(delta, { maxLength: 30 }),
      fc.array(fc.nat(31), { maxLength: 5 }),
      (deltas, floors) => {
        const rows: CounterRow[] = deltas.map((each, i) => ({
          tx: txAt(i),
          value: encodeDelta(each),
          floor: '',
        }));
        let expected: Record<string, number> | null = null;
        for (const each of deltas) expected = addSums(each.reset ? null : expected, each.sums);
        let base: CounterRow[] = [];
        for (const floor of floors.sort((a, b) => a - b)) {
          const plan = foldPlan([...base, ...rows], txAt(floor), 1);
          if (!plan) continue;
          assert.equal(plan.oldFloor, base[0]?.floor);
          base = [{ tx: '', value: plan.value, floor: plan.floor }];
          assert.deepEqual(sumOf([...rows, ...base]), expected);
          assert.deepEqual(sumOf([...rows.filter(({ tx }) => tx > plan.floor), ...base]), expected);
        }
        assert.deepEqual(sumOf(rows), expected);
      },
    ),
  );
});

test('few deltas, and those that may still change, are left alone', () => {
  const row = (i: number): CounterRow => ({
    tx: txAt(i),
    value: encodeDelta({ reset: false, sums: { n: 1 } }),
    floor: '',
  });
  assert.equal(foldPlan([row(0), row(1)], txAt(5), 3), undefined);
  assert.equal(foldPlan([row(0), row(1), row(7)], txAt(5), 3), undefined);
  assert.deepEqual(foldPlan([row(0), row(1), row(7)], txAt(5), 2), {
    oldFloor: undefined,
    floor: txAt(5),
    value: '{"n":2}',
  });
});
