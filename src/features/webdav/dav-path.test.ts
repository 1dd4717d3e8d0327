import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hrefOf, namesOnPath, pathOnHost } from './dav-path.ts';

test('DAV-4: paths are read as they were meant, and written so that they are read the same', () => {
  const names = ['ä b', "x#y?z&'()!*", '100%', '日本', '.DS_Store'];
  assert.deepEqual(namesOnPath(hrefOf(names, true)), names);
  assert.match(hrefOf(names, true), /^\/dav\/[A-Za-z0-9%._~/-]+\/$/);
  assert.deepEqual(namesOnPath('/dav//a/'), ['a']);
  assert.deepEqual(namesOnPath('/dav'), []);
  assert.deepEqual(namesOnPath('/dav/u%CC%88'), ['ü'], 'as macOS sends it');
  assert.deepEqual(namesOnPath('/dav/a%2Fb/%2e%2e'), ['a/b', '..'], 'no names, and no way out');
  for (const path of ['/', '/davx/a', '/v1/files', '/DAV/a']) assert.equal(namesOnPath(path), undefined);
  assert.throws(() => namesOnPath('/dav/%ff'), { status: 400 });
  assert.throws(() => namesOnPath('/dav/a#b'), { status: 400 });
  assert.throws(() => namesOnPath(`/dav/${'a/'.repeat(70)}`), { status: 403 });
  assert.throws(() => namesOnPath(`/dav/${'a'.repeat(20_000)}`), { status: 414 });
});

test('DAV-4: an address is on this server or nowhere', () => {
  const hosts = ['kith.test:4000', 'kith.example'];
  const here = [
    'http://kith.test:4000/dav/a',
    'https://KITH.example/dav/a',
    'https://kith.example:443/dav/a',
  ];
  for (const address of here) assert.equal(pathOnHost(address, hosts), '/dav/a');
  assert.equal(pathOnHost('/dav/a/../b', hosts), '/dav/a/../b', 'nothing is resolved');
  const elsewhere = [
    'http://evil.example/dav/a',
    'http://kith.test/dav/a',
    'http://kith.example@evil.example/dav/a',
    'http://kith.example\\@evil.example/dav/a',
    '//evil.example/dav/a',
    'ftp://kith.example/dav/a',
    'dav/a',
    '',
  ];
  for (const address of elsewhere) assert.equal(pathOnHost(address, hosts), undefined, address);
});
