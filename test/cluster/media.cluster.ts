/** Photos and videos on the cluster's engines, originals in an object store (KITH_S3): the same tests, unchanged. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';

const folder = join(import.meta.dirname, '../media');

for (const name of ['media-story.test', 'hostile.ci'])
  test(`${name.split('.')[0]}, on the cluster's engines and in an object store`, () => {
    // A test runner inside another would report to it instead of to whoever looks.
    const { NODE_TEST_CONTEXT: _, ...env } = process.env;
    const done = spawnSync(process.execPath, ['--test', '--test-reporter=spec', join(folder, `${name}.ts`)], {
      env: { ...env, KITH_TEST_PROFILE: 'cluster' },
      encoding: 'utf8',
    });
    assert.equal(done.status, 0, done.stdout + done.stderr);
  });
