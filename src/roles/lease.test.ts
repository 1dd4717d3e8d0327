import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { manualClock } from '../ports/clock/clock.ts';
import { createMemoryStore } from '../ports/records/memory-store.ts';
import { whileHeld } from './lease.ts';

const askEveryMs = 10_000;
const turns = async () => {
  for (let i = 0; i < 50; i++) await new Promise<void>((resolve) => setImmediate(resolve));
};

test('one process works; another takes over when it stops, or when its lease is over', async () => {
  mock.timers.enable({ apis: ['setInterval'] });
  try {
    const clock = manualClock();
    const { records } = createMemoryStore();
    const working = new Set<string>();
    const failing = new Set<string>();
    const process = (holder: string) => {
      const service = {
        name: 'janitor',
        start: async () => void working.add(holder),
        stop: async () => void working.delete(holder),
      };
      const reached: typeof records = {
        ...records,
        commit: (commit) =>
          failing.has(holder) ? Promise.reject(new Error('unreachable')) : records.commit(commit),
      };
      return whileHeld(service, { records: reached, clock, name: 'janitor', holder, report: () => {} });
    };
    const pass = async (ms: number) => {
      for (let passed = 0; passed < ms; passed += askEveryMs) {
        clock.advance(askEveryMs);
        mock.timers.tick(askEveryMs);
        await turns();
      }
    };
    const [ann, bob] = [process('ann'), process('bob')];
    await ann.start();
    await bob.start();
    assert.deepEqual([...working], ['ann']);
    await pass(60_000);
    assert.deepEqual([...working], ['ann']);

    failing.add('ann');
    await pass(60_000);
    assert.deepEqual([...working], ['bob'], 'who cannot renew stops, and another works');

    failing.delete('ann');
    await pass(60_000);
    assert.deepEqual([...working], ['bob']);
    await bob.stop();
    assert.deepEqual([...working], []);
    await pass(askEveryMs);
    assert.deepEqual([...working], ['ann']);
    await ann.stop();
    assert.deepEqual([...working], []);
  } finally {
    mock.timers.reset();
  }
});
