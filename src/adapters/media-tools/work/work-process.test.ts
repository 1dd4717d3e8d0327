import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, it, mock } from 'node:test';
import { WorkProcess } from './work-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'kith-work-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** Says that it can work when it is told to, and then never ends. */
const slow = join(folder, 'slow.cjs');
writeFileSync(slow, `process.on('message', () => process.send({ say: 'ready' }));`);

it('counts the time of a job from when the process can work, not while a busy machine starts it', async (t) => {
  const timeoutMs = 1000;
  mock.timers.enable({ apis: ['setTimeout'] });
  t.after(() => mock.timers.reset());
  const work = new WorkProcess({ memoryBytesMax: 1024 ** 3, tempDir: folder, script: slow });
  const result = work.run(
    { task: 'probe', inputFile: 'none', limits: {} },
    { timeoutMs, memoryBytesMax: 1024 ** 3 },
  );
  mock.timers.tick(timeoutMs);
  assert.ok(work.isAlive);
  while (!work.isReady) await new Promise((resolve) => setImmediate(resolve));
  mock.timers.tick(timeoutMs - 1);
  assert.ok(work.isAlive);
  mock.timers.tick(1);
  await assert.rejects(result, { kind: 'timed-out' });
});

it('gives up a process that never gets that far, and does not blame the file', async (t) => {
  mock.timers.enable({ apis: ['setTimeout'] });
  t.after(() => mock.timers.reset());
  const mute = join(folder, 'mute.cjs');
  writeFileSync(mute, 'setInterval(() => {}, 1000);');
  const work = new WorkProcess({ memoryBytesMax: 1024 ** 3, tempDir: folder, script: mute });
  const result = work.run(
    { task: 'probe', inputFile: 'none', limits: {} },
    { timeoutMs: 1000, memoryBytesMax: 1024 ** 3 },
  );
  mock.timers.tick(5 * 60_000);
  await assert.rejects(result, { kind: 'interrupted' });
});
