import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { RecentMap } from './recent-map.ts';

test('what is used stays, what is not goes', () => {
  const map = new RecentMap<string>({ sizeMax: 4 });
  map.set('kept', '1');
  map.set('idle', '2');
  for (let i = 0; i < 20; i++) {
    map.set(`passing ${i}`, 'x');
    assert.equal(map.get('kept'), '1');
  }
  assert.equal(map.get('idle'), undefined);
});

test('what is larger than half of everything is not kept, and replaces what stood there', () => {
  const map = new RecentMap<string>({ sizeMax: 10, sizeOf: (value) => value.length });
  map.set('a', 'short');
  map.set('a', 'too long');
  assert.equal(map.get('a'), undefined);
});

test('answers the newest value or nothing, and never holds more than it may', () => {
  const step = fc.record({
    op: fc.constantFrom('get', 'set', 'delete'),
    key: fc.nat(9),
    size: fc.integer({ min: 1, max: 4 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const sizeMax = 12;
      const map = new RecentMap<{ size: number }>({ sizeMax, sizeOf: ({ size }) => size });
      const truth = new Map<string, { size: number }>();
      for (const { op, key, size } of steps) {
        const name = String(key);
        if (op === 'set') {
          truth.set(name, { size });
          map.set(name, truth.get(name)!);
          assert.equal(map.get(name), truth.get(name));
        } else if (op === 'delete') {
          truth.delete(name);
          map.delete(name);
        } else {
          const found = map.get(name);
          assert.ok(found === undefined || found === truth.get(name));
        }
      }
      let held = 0;
      for (const name of truth.keys()) held += map.get(name)?.size ?? 0;
      assert.ok(held <= sizeMax, `${held}`);
    }),
  );
});
