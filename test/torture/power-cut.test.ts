import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DiskEvent } from './disk-journal.ts';
import { type DiskFolder, PowerCut } from './power-cut.ts';
import { createRandom } from './random.ts';
import { keepAll, randomTaste, type Taste } from './survival.ts';

const keepNone: Taste = { keepName: () => false, keepChange: () => 'none', keepSector: () => false };
const bytes = (text: string) => Buffer.from(text);
const begin = (inode: string, token = '1'): DiskEvent => ({ kind: 'sync-begin', inode, token });
const end = (inode: string, token = '1'): DiskEvent => ({ kind: 'sync-end', inode, token });
const write = (inode: string, offset: number, text: string): DiskEvent => ({
  kind: 'write',
  inode,
  offset,
  bytes: bytes(text),
});
const folder = (files: Record<string, [inode: string, content: string]>): DiskFolder => ({
  kind: 'folder',
  inode: 'root',
  entries: new Map(
    Object.entries(files).map(([name, [inode, content]]) => [
      name,
      { kind: 'file' as const, inode, read: () => bytes(content) },
    ]),
  ),
});
function contents(image: DiskFolder, at = ''): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [name, node] of image.entries) {
    if (node.kind === 'folder') Object.assign(found, contents(node, `${at}${name}/`));
    else found[at + name] = Buffer.from(node.read()).toString();
  }
  return found;
}
const after = (base: DiskFolder, events: DiskEvent[], taste: Taste) =>
  contents(new PowerCut(base, events).image(taste));

test('a write is sure once the file was synced, and not before', () => {
  const base = folder({ a: ['1', 'old'] });
  assert.deepEqual(after(base, [write('1', 0, 'new')], keepNone), { a: 'old' });
  assert.deepEqual(after(base, [write('1', 0, 'new')], keepAll), { a: 'new' });
  assert.deepEqual(after(base, [write('1', 0, 'new'), begin('1'), end('1')], keepNone), { a: 'new' });
});

test('a sync that had not returned promises nothing', () => {
  const base = folder({ a: ['1', 'old'] });
  assert.deepEqual(after(base, [write('1', 0, 'new'), begin('1')], keepNone), { a: 'old' });
});

test('a write that came while the sync ran is not covered', () => {
  const base = folder({ a: ['1', '..'] });
  const events = [write('1', 0, 'x'), begin('1'), write('1', 1, 'y'), end('1')];
  assert.deepEqual(after(base, events, keepNone), { a: 'x.' });
});

test('overlapping syncs each cover what came before their own beginning', () => {
  const base = folder({ a: ['1', '..'] });
  const events = [write('1', 0, 'x'), begin('1', '1'), write('1', 1, 'y'), begin('1', '2'), end('1', '1')];
  assert.deepEqual(after(base, events, keepNone), { a: 'x.' });
  assert.deepEqual(after(base, [...events, end('1', '2')], keepNone), { a: 'xy' });
});

test('a sync of one file says nothing of another', () => {
  const base = folder({ a: ['1', 'a'], b: ['2', 'b'] });
  const events = [write('1', 0, 'A'), write('2', 0, 'B'), begin('2'), end('2')];
  assert.deepEqual(after(base, events, keepNone), { a: 'a', b: 'B' });
});

test('a sync that lies counts for nothing', () => {
  const events: DiskEvent[] = [write('1', 0, 'new'), { kind: 'sync-lie', inode: '1', token: '1' }];
  assert.deepEqual(after(folder({ a: ['1', 'old'] }), events, keepNone), { a: 'old' });
});

test('after a failed sync a later success does not bring back what the first one dropped', () => {
  const base = folder({ a: ['1', '..'] });
  const failed: DiskEvent = { kind: 'sync-failed', inode: '1', token: '1' };
  const events = [write('1', 0, 'x'), begin('1'), failed, write('1', 1, 'y'), begin('1', '2'), end('1', '2')];
  assert.deepEqual(after(base, events, keepNone), { a: '.y' });
});

test('a new name is sure once its folder was synced; the bytes once the file was', () => {
  const create: DiskEvent[] = [{ kind: 'create', path: 'a', inode: '1' }, write('1', 0, 'x')];
  assert.deepEqual(after(folder({}), [...create, begin('1'), end('1')], keepNone), {});
  assert.deepEqual(after(folder({}), [...create, begin('root'), end('root')], keepNone), { a: '' });
  const both = [...create, begin('1'), end('1'), begin('root', '2'), end('root', '2')];
  assert.deepEqual(after(folder({}), both, keepNone), { a: 'x' });
});

test('a rename happens wholly or not at all', () => {
  const base = folder({ a: ['1', 'new'], b: ['2', 'old'] });
  const events: DiskEvent[] = [{ kind: 'rename', path: 'a', to: 'b' }];
  assert.deepEqual(after(base, events, keepNone), { a: 'new', b: 'old' });
  assert.deepEqual(after(base, events, keepAll), { b: 'new' });
  assert.deepEqual(after(base, [...events, begin('root'), end('root')], keepNone), { b: 'new' });
});

test('a rename without a sync of the file first can leave the new name with the old bytes missing', () => {
  const events: DiskEvent[] = [
    { kind: 'create', path: 't', inode: '2' },
    write('2', 0, 'new'),
    { kind: 'rename', path: 't', to: 'a' },
    begin('root'),
    end('root'),
  ];
  assert.deepEqual(after(folder({ a: ['1', 'old'] }), events, keepNone), { a: '' });
});

test('an unlink that was not synced may come undone, and one inode may be used again', () => {
  const events: DiskEvent[] = [
    write('1', 0, 'lost'),
    { kind: 'unlink', path: 'a' },
    { kind: 'create', path: 'b', inode: '1' },
    write('1', 0, 'two'),
  ];
  assert.deepEqual(after(folder({ a: ['1', 'one!'] }), events, keepNone), { a: 'one!' });
  assert.deepEqual(after(folder({ a: ['1', 'one!'] }), events, keepAll), { b: 'two' });
});

test('a file in a new folder needs both folders synced', () => {
  const events: DiskEvent[] = [
    { kind: 'mkdir', path: 'd', inode: 'd' },
    { kind: 'create', path: 'd/a', inode: '1' },
    begin('d'),
    end('d'),
  ];
  assert.deepEqual(after(folder({}), events, keepNone), {});
  assert.deepEqual(after(folder({}), [...events, begin('root', '2'), end('root', '2')], keepNone), {
    'd/a': '',
  });
});

test('a truncation is a change like any other', () => {
  const base = folder({ a: ['1', 'abcdef'] });
  const cut: DiskEvent = { kind: 'truncate', inode: '1', size: 2 };
  assert.deepEqual(after(base, [cut], keepNone), { a: 'abcdef' });
  assert.deepEqual(after(base, [cut, begin('1'), end('1'), write('1', 3, 'z')], keepNone), { a: 'ab' });
  assert.deepEqual(after(base, [cut, write('1', 3, 'z')], keepAll), { a: 'ab\0z' });
});

test('a torn write is kept or lost by sectors of 512 bytes', () => {
  const answers = [true, false, true];
  const taste: Taste = { ...keepNone, keepChange: () => 'torn', keepSector: () => answers.shift()! };
  const { a } = after(folder({ a: ['1', '-'.repeat(1300)] }), [write('1', 500, 'x'.repeat(700))], taste);
  assert.equal(a, '-'.repeat(500) + 'x'.repeat(12) + '-'.repeat(512) + 'x'.repeat(176) + '-'.repeat(100));
});

test('a file may have grown without the bytes having arrived', () => {
  const taste: Taste = { ...keepNone, keepChange: () => 'size' };
  assert.deepEqual(after(folder({ a: ['1', 'a'] }), [write('1', 1, 'bc')], taste), { a: 'a\0\0' });
});

test('the -shm of SQLite is gone after a cut', () => {
  assert.deepEqual(after(folder({ 'k.db-shm': ['1', 'x'], 'k.db': ['2', 'y'] }), [], keepNone), {
    'k.db': 'y',
  });
});

test('what the layer could not follow is refused, not judged', () => {
  assert.throws(() => new PowerCut(folder({}), [{ kind: 'unsupported', what: 'sendfile' }]), /sendfile/);
});

test('a seed gives the same image again, and seeds differ', () => {
  const events = Array.from({ length: 40 }, (_, i) => write('1', i, 'x'));
  const imageOf = (seed: number) =>
    after(folder({ a: ['1', '.'.repeat(40)] }), events, randomTaste(createRandom(seed)))['a'];
  const images = Array.from({ length: 20 }, (_, seed) => imageOf(seed));
  assert.deepEqual(
    images,
    Array.from({ length: 20 }, (_, seed) => imageOf(seed)),
  );
  assert.ok(new Set(images).size > 5);
});

test('synced bytes survive every taste', () => {
  const events = [write('1', 0, 'sure'), begin('1'), end('1'), write('1', 4, 'perhaps')];
  for (let seed = 0; seed < 200; seed++) {
    const { a } = after(folder({ a: ['1', ''] }), events, randomTaste(createRandom(seed)));
    assert.equal(a?.slice(0, 4), 'sure');
  }
});
