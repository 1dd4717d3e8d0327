import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Refusal } from '../../lib/refusal.ts';
import { cleanName, nameBytesMax, nameKeyOf, numberedName, splitPath } from './names.ts';
import { dumpTree, filesWorld } from './test-files.ts';

const controls = Array.from({ length: 32 }, (_, code) => String.fromCharCode(code));
const c1 = Array.from({ length: 33 }, (_, i) => String.fromCharCode(0x7f + i));
const unseen = [
  ...'\u061c\u200b\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff\ufff9\ufffe\uffff',
];
const devices = [
  'con',
  'PRN',
  'Aux',
  'NUL',
  'COM1',
  'com9',
  'LPT1',
  'lpt9',
  'COM¹',
  'CONIN$',
  'CONOUT$',
  'CLOCK$',
];

/** Names that some system cannot hold, or that mean something else to it. */
const hostile: string[] = [
  '',
  '.',
  '..',
  ' ',
  '...',
  ' a',
  'a ',
  'a.',
  'a. .',
  '\u00a0a',
  'a\u3000',
  'a\tb',
  '\ud800',
  'a\udfff',
  'a'.repeat(256),
  'é'.repeat(128),
  '😀'.repeat(64),
  `a${'\u0301'.repeat(60)}`,
  'a'.repeat(100_000),
  '\u0041\u030a'.repeat(4000),
  '../etc/passwd',
  '..\\windows',
  '/etc/passwd',
  'C:\\boot.ini',
  'C:',
  'a:stream',
  'file.txt::$DATA',
  '\\\\server\\share',
  '%2e%2e/',
  '~/x',
  'a/../b',
  '<script>',
  'a"b',
  'a|b',
  'a?b',
  'a*b',
  'txt.\u202eexe',
  ...controls.map((each) => `a${each}b`),
  ...c1.map((each) => `a${each}b`),
  ...unseen.map((each) => `a${each}b`),
  ...[...'/\\:*?"<>|'].flatMap((each) => [each, `a${each}`, `${each}a`, `a${each}b`]),
  ...devices.flatMap((each) => [each, `${each}.txt`, `${each} .txt`, `${each}.tar.gz`, `${each}. . .x`]),
  ...[...'/\\:*?"<>|'].flatMap((each) => [`..${each}..`, `${each}${each}`, `日本${each}`]),
  ...devices.map((each) => `${each}.${each}`),
  ...devices.map((each) => each.toLowerCase()),
  ...devices.map((each) => each.toUpperCase()),
  ...Array.from({ length: 10 }, (_, i) => `com${i}`),
  ...Array.from({ length: 10 }, (_, i) => `lpt${i}.x`),
];

/** Names that look dangerous and are none. */
const harmless = [
  'a',
  '.profile',
  '-rf',
  '--help',
  '$HOME',
  '$(reboot)',
  '`id`',
  "'; DROP TABLE files; --",
  '%00',
  '%2e%2e%2f',
  '&amp;',
  '__proto__',
  'constructor',
  'hasOwnProperty',
  'console.log',
  'nulls',
  'communist.txt',
  'a..b',
  'a b',
  '#1',
  'é',
  '日本語.txt',
  'שלום',
  '😀.png',
  '👨‍👩‍👧',
  'x'.repeat(nameBytesMax),
  'é'.repeat(127),
];

test(`FILE-6 ${hostile.length} hostile names are refused by field, wherever they come from`, async () => {
  assert.ok(hostile.length >= 300, String(hostile.length));
  const { files, person, content } = filesWorld();
  const anna = person();
  const { node } = await files.createFolder(anna, { path: '/folder' });
  for (const name of hostile) {
    const isRefused = (error: unknown) =>
      error instanceof Refusal && error.code === 'invalid' && error.fields[0]?.field === 'name';
    assert.throws(() => cleanName(name), isRefused, JSON.stringify(name.slice(0, 40)));
    await assert.rejects(files.createFolder(anna, { parentId: node.id, name }), isRefused);
    await assert.rejects(files.write(anna, { parentId: node.id, name }, { content: content() }), isRefused);
    await assert.rejects(files.change(anna, node.id, { name }), isRefused);
    // In a path a slash parts it, and what is empty or leads upwards is no name either.
    if (name !== 'a/b' && name !== '~/x') assert.throws(() => splitPath(`/folder/${name}/x`), Refusal);
  }
  assert.deepEqual([...(await dumpTree(files, anna)).keys()], ['/folder']);
});

test('FILE-6 names that only look dangerous are kept as they are', async () => {
  const { files, person } = filesWorld();
  const anna = person();
  for (const name of harmless) {
    const { node } = await files.createFolder(anna, { path: `/${name}` });
    assert.equal(node.entry!.name, name);
    assert.equal((await files.get(anna, { path: `/${name}` })).id, node.id);
  }
});

test('FILE-6 names that differ by case or composition alone are one', async () => {
  const { files, person } = filesWorld();
  const anna = person();
  for (const [one, other] of [
    ['A', 'a'],
    ['É', 'e\u0301'],
    ['Straße', 'STRASSE'],
    ['ΣΑΣ', 'σας'],
    ['Я', 'я'],
  ] as const) {
    await files.createFolder(anna, { path: `/${one}` });
    await assert.rejects(files.createFolder(anna, { path: `/${other}` }), { code: 'conflict' });
  }
  const node = await files.get(anna, { path: '/A' });
  assert.equal((await files.change(anna, node.id, { name: 'a' })).entry!.name, 'a');
});

test('FILE-6 paths and depth are bounded, and a folder never goes into itself', async () => {
  const { files, person } = filesWorld();
  const anna = person();
  assert.throws(() => splitPath('/a'.repeat(3000)), Refusal);
  assert.throws(() => splitPath('/a'.repeat(64)), Refusal);
  let parentId = anna.userId;
  const ids: string[] = [];
  for (let depth = 0; depth < 63; depth++) {
    parentId = (await files.createFolder(anna, { parentId, name: 'a' })).node.id;
    ids.push(parentId);
  }
  await assert.rejects(files.createFolder(anna, { parentId, name: 'a' }), { code: 'invalid' });
  await assert.rejects(files.change(anna, ids[0]!, { parentId: ids[40]! }), { code: 'invalid' });
  const { node } = await files.createFolder(anna, { path: '/b' });
  await files.createFolder(anna, { path: '/b/c' });
  await assert.rejects(files.change(anna, node.id, { parentId: ids[61]! }), { code: 'invalid' });
});

test('FILE-4 a name that is taken is numbered, and never grows too long', () => {
  assert.equal(numberedName('a.txt', 2), 'a (2).txt');
  assert.equal(numberedName('.profile', 2), '.profile (2)');
  for (const name of ['é'.repeat(127), `${'x'.repeat(250)}.txt`, `a.${'y'.repeat(253)}`]) {
    const numbered = numberedName(name, 12);
    assert.ok(Buffer.byteLength(numbered) <= nameBytesMax, numbered);
    assert.equal(cleanName(numbered), numbered);
    assert.notEqual(nameKeyOf(numbered), nameKeyOf(name));
  }
});
