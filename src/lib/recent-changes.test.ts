import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RecentChanges } from './recent-changes.ts';

test('only what was recorded after the position counts', () => {
  const changes = new RecentChanges();
  changes.record('a');
  const since = changes.position;
  assert.equal(changes.touched(since, ['a', 'b']), false);
  changes.record('c');
  assert.equal(changes.touched(since, ['a', 'b']), false);
  changes.record('b');
  assert.equal(changes.touched(since, ['a', 'b']), true);
  assert.equal(changes.touched(changes.position, ['a', 'b']), false);
});

test('what is too long ago to be known counts as touched', () => {
  const changes = new RecentChanges();
  const since = changes.position;
  for (let i = 0; i < 256; i++) changes.record('x');
  assert.equal(changes.touched(since, ['a']), false);
  changes.record('x');
  assert.equal(changes.touched(since, ['a']), true);
  assert.equal(changes.touched(since + 1, ['a']), false);
});
