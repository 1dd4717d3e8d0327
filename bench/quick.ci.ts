import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';

test('every benchmark runs on a small world and nothing is refused', () => {
  // By the launcher, as `npm run bench` does: what it hands on to whom a script forks must not end them.
  const launcher = join(import.meta.dirname, '../tools/run.mjs');
  const done = spawnSync(process.execPath, [launcher, 'bench/main.ts', '--quick'], { stdio: 'inherit' });
  assert.equal(done.status, 0);
});
