import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';

test('every benchmark runs on a small world and nothing is refused', () => {
  const done = spawnSync(process.execPath, [join(import.meta.dirname, 'main.ts'), '--quick'], {
    stdio: 'inherit',
  });
  assert.equal(done.status, 0);
});
