/** The end-to-end tests of the program, unchanged, on the cluster's engines. What only a folder has is left out. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';

const folder = join(import.meta.dirname, '../e2e');
const files = ['story', 'routes', 'compat', 'conventions', 'bad-input', 'webdav'];

for (const name of files) {
  test(`${name}, on the cluster's engines`, () => {
    // A test runner inside another would report to it instead of to whoever looks.
    const { NODE_TEST_CONTEXT: _, ...env } = process.env;
    const done = spawnSync(
      process.execPath,
      ['--test', '--test-reporter=spec', join(folder, `${name}.test.ts`)],
      {
        env: { ...env, KITH_TEST_PROFILE: 'cluster' },
        encoding: 'utf8',
      },
    );
    assert.equal(done.status, 0, done.stdout + done.stderr);
  });
}
