import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createKeyedLock } from './keyed-lock.ts';

test('one at a time under a key, in order, whatever fails; other keys do not wait', async () => {
  const lock = createKeyedLock();
  const log: string[] = [];
  let free = () => {};
  const gate = new Promise<void>((resolve) => {
    free = resolve;
  });
  const first = lock.run('a', async () => {
    await gate;
    log.push('a1');
    throw new Error('no');
  });
  const second = lock.run('a', async () => log.push('a2'));
  const third = lock.run('a', async () => log.push('a3'));
  await lock.run('b', async () => log.push('b'));
  assert.deepEqual(log, ['b']);
  free();
  await assert.rejects(first);
  await Promise.all([second, third]);
  assert.deepEqual(log, ['b', 'a1', 'a2', 'a3']);
});
