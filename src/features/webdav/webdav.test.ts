import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { asking, lockBody, patchBody, propBody, webdavWorld } from '../../roles/test-webdav.ts';
import { randomBytesFrom } from '../contents/test-contents.ts';
import { davProperties } from './tables.ts';

const conditionsNone = {
  ifLists: [],
  ifMatch: undefined,
  ifNoneMatch: undefined,
  ifModifiedSinceMs: undefined,
  ifUnmodifiedSinceMs: undefined,
  namesOf: () => undefined,
};

const hrefsIn = (text: string) =>
  [...text.matchAll(/<D:response><D:href>([^<]*)<\/D:href>/g)].map(([, href]) => href);

test('DAV-2: says what it can to everybody, and the rest only to an app password', async () => {
  const w = await webdavWorld();
  const [nobody, ann] = [asking(w, null), asking(w)];
  for (const path of ['/', '/dav', '/dav/', '/dav/a/b']) {
    const { status, headers } = await nobody('OPTIONS', path);
    assert.deepEqual([status, headers['dav'], headers['ms-author-via']], [200, '1, 2, 3', 'DAV']);
    assert.match(String(headers['allow']), /PROPFIND.*LOCK/);
  }
  for (const method of ['PROPFIND', 'GET', 'PUT', 'MKCOL', 'DELETE', 'LOCK', 'COPY']) {
    for (const headers of [{}, { cookie: 'kith_session=anything' }, { authorization: 'Bearer anything' }]) {
      const { status, headers: answer } = await nobody(method, '/dav/a', headers);
      assert.equal(status, 401, method);
      assert.deepEqual(answer['www-authenticate'], [
        'Basic realm="Kith", charset="UTF-8"',
        'Digest realm="Kith"',
      ]);
    }
  }
  const windows = await nobody('PROPFIND', '/dav/', {
    'user-agent': 'Microsoft-WebDAV-MiniRedir/10.0.22631',
  });
  assert.equal(windows.headers['www-authenticate'], 'Basic realm="Kith", charset="UTF-8"');
  assert.equal((await ann('PROPFIND', '/dav/', { depth: '0', 'sec-fetch-site': 'cross-site' })).status, 403);
  assert.equal((await ann('POST', '/dav/')).status, 405);
  await w.app.close();
});

test('DAV-1: a file goes up and comes down, in ranges, with the tag of its version', async () => {
  const w = await webdavWorld();
  const ann = asking(w);
  const bytes = randomBytesFrom(1, 700_000);
  const empty = await ann('PUT', '/dav/a.bin', {}, Buffer.alloc(0));
  assert.equal(empty.status, 201);
  const made = await ann('PUT', '/dav/a.bin', { 'x-oc-mtime': '1700000000' }, bytes);
  assert.deepEqual([made.status, made.headers['x-oc-mtime']], [204, 'accepted']);
  const got = await ann('GET', '/dav/a.bin');
  assert.ok(got.bytes.equals(bytes));
  assert.equal(got.headers['etag'], made.headers['etag']);
  assert.equal(got.headers['last-modified'], new Date(1_700_000_000_000).toUTCString());
  const part = await ann('GET', '/dav/a.bin', { range: 'bytes=100-199' });
  assert.deepEqual([part.status, part.bytes.length], [206, 100]);
  const tag = String(made.headers['etag']);
  for (const known of [tag, `W/${tag}`, '*'])
    assert.equal((await ann('GET', '/dav/a.bin', { 'if-none-match': known })).status, 304);
  const since = { 'if-modified-since': got.headers['last-modified'] as string };
  assert.equal((await ann('GET', '/dav/a.bin', since)).status, 304);
  assert.equal((await ann('GET', '/dav/a.bin', { 'if-match': '"other"' })).status, 412);
  const head = await ann('HEAD', '/dav/a.bin');
  assert.deepEqual([head.status, head.headers['content-length']], [200, '700000']);
  assert.equal((await ann('GET', '/dav/')).status, 200, 'a folder says what it is');
  assert.equal(
    (await w.files.versions(w.ann, (await w.files.get(w.ann, { path: '/a.bin' })).id, { limit: 9 })).items
      .length,
    2,
  );
  assert.equal((await ann('PUT', '/dav/none/a', {}, 'x')).status, 409);
  assert.equal((await ann('PUT', '/dav/', {}, 'x')).status, 405);
  assert.equal((await ann('PUT', '/dav/b', { 'content-range': 'bytes 0-0/2' }, 'x')).status, 400);
  assert.equal((await ann('PUT', '/dav/a%3Ab', {}, 'x')).status, 403);
  for (const name of ['.DS_Store', '._a.bin', 'u%CC%88'])
    assert.equal((await ann('PUT', `/dav/${name}`, {}, 'x')).status, 201);
  assert.equal((await ann('GET', '/dav/%C3%BC')).text, 'x', 'a name from macOS is kept composed');
  await w.app.close();
});

test('DAV-7: nothing is overwritten that is not what the request expects', async () => {
  const w = await webdavWorld();
  const ann = asking(w);
  const put = async (headers: Record<string, string>) => (await ann('PUT', '/dav/a', headers, 'x')).status;
  assert.equal(await put({ 'if-match': '*' }), 412);
  assert.equal(await put({ 'if-none-match': '*' }), 201);
  assert.equal(await put({ 'if-none-match': '*' }), 412);
  const tagNow = async () => String((await ann('GET', '/dav/a')).headers['etag']);
  const tag = await tagNow();
  assert.equal(await put({ 'if-match': `"other", ${tag}` }), 204);
  assert.equal(await put({ 'if-match': tag }), 412);
  assert.equal(await put({ 'if-none-match': `"other", W/${tag}` }), 204);
  assert.equal(await put({ 'if-none-match': `"other", W/${await tagNow()}` }), 412);
  const now = await tagNow();
  assert.equal(await put({ if: `([${tag}])` }), 412);
  assert.equal(await put({ if: `([${tag}]) ([${now}])` }), 204);
  assert.equal(await put({ if: '<http://evil.example/dav/a> (<urn:x>)' }), 412);
  assert.equal(await put({ if: '(rubbish' }), 400);
  const another = await tagNow();
  assert.equal((await ann('MKCOL', '/dav/d', { if: `</dav/a> ([${another}])` })).status, 201);
  assert.equal((await ann('DELETE', '/dav/a', { 'if-match': tag })).status, 412);
  assert.equal((await ann('DELETE', '/dav/a', { 'if-match': another })).status, 204);
  await w.app.close();
});

test('DAV-7: a tag that was asked for still holds when the bytes are all there', async () => {
  const w = await webdavWorld();
  const ann = asking(w);
  await ann('PUT', '/dav/a', {}, 'first');
  const tag = String((await ann('GET', '/dav/a')).headers['etag']);
  async function* slow() {
    yield Buffer.from('late');
    await ann('PUT', '/dav/a', {}, 'meanwhile');
  }
  const late = await ann('PUT', '/dav/a', { if: `([${tag}])` }, Readable.from(slow()));
  assert.equal(late.status, 412);
  assert.equal((await ann('GET', '/dav/a')).text, 'meanwhile');
  await w.app.close();
});

test('DAV-5: folders are listed by Depth, one by one, whatever they hold', async () => {
  const w = await webdavWorld();
  const ann = asking(w);
  await ann('MKCOL', '/dav/d/');
  for (let i = 0; i < 300; i++)
    await w.files.createFolder(w.ann, { path: `/d/${String(i).padStart(3, '0')} &ü` });
  const one = await ann('PROPFIND', '/dav/d', { depth: '1' });
  assert.equal(one.status, 207);
  const hrefs = hrefsIn(one.text);
  assert.equal(hrefs.length, 301);
  assert.deepEqual(
    [hrefs[0], hrefs[1], hrefs[300]],
    ['/dav/d/', '/dav/d/000%20%26%C3%BC/', '/dav/d/299%20%26%C3%BC/'],
  );
  assert.deepEqual(hrefsIn((await ann('PROPFIND', '/dav/', { depth: '0' })).text), ['/dav/']);
  for (const headers of [{}, { depth: 'infinity' }]) {
    const refused = await ann('PROPFIND', '/dav/', headers as Record<string, string>);
    assert.equal(refused.status, 403);
    assert.match(
      refused.text,
      /<D:error xmlns:D="DAV:"><D:propfind-finite-depth><\/D:propfind-finite-depth>/,
    );
  }
  for (const depth of ['2', '-1', 'Infinity and beyond', '9'.repeat(5000)])
    assert.equal((await ann('PROPFIND', '/dav/', { depth })).status, 400);
  assert.equal((await ann('PROPFIND', '/dav/none', { depth: '0' })).status, 404);
  await w.app.close();
});

test('DAV-5: of a large folder no more is read than is taken', async () => {
  const w = await webdavWorld();
  for (let i = 0; i < 1100; i++) await w.files.createFolder(w.ann, { path: `/${i}` });
  let pages = 0;
  const { list } = w.files;
  w.files.list = (...args) => {
    pages++;
    return list(...args);
  };
  const conditions = conditionsNone;
  const situation = await w.webdav.situationOf({ who: w.ann, names: [], conditions });
  const wish = { kind: 'all' as const, names: [] };
  const pieces = w.webdav.findProperties(w.ann, situation, { wish, isDeep: true, isMinimal: false });
  const body = Readable.from(pieces, { objectMode: false, highWaterMark: 1024 });
  const first = await body.iterator({ destroyOnReturn: false }).next();
  assert.ok(String(first.value).startsWith('<?xml'));
  assert.ok(pages <= 2, `${pages} pages were read`);
  let entries = 0;
  for await (const piece of body) entries += String(piece).split('<D:response>').length - 1;
  assert.deepEqual([pages, entries], [5, 1100]);
  await w.app.close();
});

test('DAV-5, DAV-12: properties by name, all, and their names', async () => {
  const w = await webdavWorld({ quotaBytes: 1000 });
  const ann = asking(w);
  await ann('PUT', '/dav/a.txt', {}, 'hello');
  const find = async (inner: string, path = '/dav/a.txt', more = {}) =>
    (await ann('PROPFIND', path, { depth: '0', ...more }, propBody(inner))).text;
  const some = await find('<D:prop><D:getcontentlength/><x:color/><D:getetag/></D:prop>');
  assert.match(
    some,
    /<D:getcontentlength>5<\/D:getcontentlength><D:getetag>"[^"]+"<\/D:getetag><\/D:prop><D:status>HTTP\/1.1 200 OK/,
  );
  assert.match(some, /<n:color xmlns:n="http:\/\/x.example\/"\/><\/D:prop><D:status>HTTP\/1.1 404 Not Found/);
  assert.doesNotMatch(
    await find('<D:prop><x:color/></D:prop>', '/dav/a.txt', { prefer: 'return=minimal' }),
    /404/,
  );
  const all = await find('<D:allprop/><D:include><D:quota-used-bytes/></D:include>', '/dav/');
  assert.match(all, /<D:resourcetype><D:collection\/><\/D:resourcetype>.*<D:quota-used-bytes>5</);
  assert.doesNotMatch(await find('<D:allprop/>', '/dav/'), /quota/);
  assert.match(await find('<D:propname/>'), /<D:getcontenttype\/>/);
  assert.match(
    await find('<D:prop><D:quota-available-bytes/><D:quota-used-bytes/></D:prop>', '/dav/'),
    />995<.*>5</,
  );
  const tooMuch = await ann('PUT', '/dav/b', {}, Buffer.alloc(1000));
  assert.deepEqual([tooMuch.status, /quota-not-exceeded/.test(tooMuch.text)], [507, true]);
  await w.app.close();
});

test('DAV-6: properties of clients are kept, moved, copied and bounded', async () => {
  const w = await webdavWorld();
  const ann = asking(w);
  await ann('PUT', '/dav/a', {}, 'x');
  const patch = (inner: string, path = '/dav/a') => ann('PROPPATCH', path, {}, patchBody(inner));
  const set = (inner: string) => `<D:set><D:prop>${inner}</D:prop></D:set>`;
  const windows = await patch(
    set(
      '<Z:Win32LastModifiedTime>Sat, 21 Nov 2026 20:00:00 GMT</Z:Win32LastModifiedTime><Z:Win32FileAttributes>00000020</Z:Win32FileAttributes>',
    ),
  );
  assert.equal(windows.status, 207);
  assert.match(windows.text, /Win32LastModifiedTime.*Win32FileAttributes.*HTTP\/1.1 200 OK/);
  await patch(set('<k xmlns="urn:k" xml:lang="de"><deep xmlns="urn:d" a="&lt;">ü&amp;</deep></k>'));
  const read = async (path: string) => (await ann('PROPFIND', path, { depth: '0' })).text;
  const value = /<n:k xmlns:n="urn:k" xml:lang="de"><n:deep xmlns:n="urn:d" a="&lt;">ü&amp;<\/n:deep><\/n:k>/;
  assert.match(await read('/dav/a'), value);
  await ann('COPY', '/dav/a', { destination: '/dav/b' });
  await ann('MOVE', '/dav/a', { destination: '/dav/c' });
  for (const path of ['/dav/b', '/dav/c']) assert.match(await read(path), value);
  await patch('<D:remove><D:prop><k xmlns="urn:k"/></D:prop></D:remove>', '/dav/b');
  assert.doesNotMatch(await read('/dav/b'), value);
  const refused = await patch(`${set('<D:getetag>"1"</D:getetag>')}${set('<Z:more>1</Z:more>')}`, '/dav/b');
  assert.match(refused.text, /getetag.*403 Forbidden.*cannot-modify-protected-property.*more.*424 Failed/);
  assert.doesNotMatch(await read('/dav/b'), /more/);
  assert.match((await patch(set(`<Z:big>${'x'.repeat(40_000)}</Z:big>`), '/dav/b')).text, /507 Insufficient/);
  const many = Array.from({ length: 101 }, (_, i) => `<Z:p${i}/>`).join('');
  assert.match((await patch(set(many), '/dav/b')).text, /507 Insufficient/);
  assert.equal((await patch('', '/dav/b')).status, 400);
  assert.equal((await patch(set('<Z:a/>'), '/dav/none')).status, 404);
  await w.app.close();
});

test('DAV-6: properties go with what they belong to', async () => {
  const w = await webdavWorld();
  const ann = asking(w);
  await ann('PUT', '/dav/a', {}, 'x');
  await ann('PUT', '/dav/b', {}, 'x');
  for (const path of ['/dav/a', '/dav/b'])
    await ann('PROPPATCH', path, {}, patchBody('<D:set><D:prop><Z:k>1</Z:k></D:prop></D:set>'));
  const kept = async () => (await w.records.scan(davProperties, { limit: 10 })).rows.length;
  await ann('DELETE', '/dav/a');
  const { items } = await w.files.trash(w.ann, { limit: 10 });
  await w.files.deleteForGood(w.ann, items[0]!.id);
  w.clock.advance(3 * 86_400_000);
  const [step] = w.webdav.steps();
  assert.equal(await step!.run(), 2);
  assert.equal(await kept(), 1);
  assert.equal(await step!.run(), 0, 'it rests after a round');
  await w.app.close();
});

test('DAV-11: bodies are bounded, and open nothing', async () => {
  const w = await webdavWorld();
  const ann = asking(w);
  await ann('PUT', '/dav/a', {}, 'x');
  const bomb =
    '<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;&b;">]><propfind xmlns="DAV:"><prop><a>&c;</a></prop></propfind>';
  const outside =
    '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><propfind xmlns="DAV:"><prop>&b;</prop></propfind>';
  for (const method of ['PROPFIND', 'PROPPATCH', 'LOCK']) {
    for (const body of [bomb, outside, '<', '<a/>', '\u0000', `<a>${'<b>'.repeat(100)}`]) {
      const { status, text } = await ann(method, '/dav/a', { depth: '0' }, body);
      assert.equal(status, 400, `${method} ${body.slice(0, 40)}`);
      assert.doesNotMatch(text, /root:/);
    }
    assert.equal((await ann(method, '/dav/a', { depth: '0' }, 'x'.repeat(70_000))).status, 413);
    const endless = Readable.from(
      (function* () {
        for (let i = 0; i < 100; i++) yield Buffer.alloc(1000, 'x');
      })(),
    );
    assert.equal((await ann(method, '/dav/a', { depth: '0' }, endless)).status, 413);
  }
  assert.equal((await ann('MKCOL', '/dav/m', {}, '<a/>')).status, 415);
  await w.app.close();
});

test('DAV-8: a lock may be had on nothing, and its body says all of it', async () => {
  const w = await webdavWorld();
  const ann = asking(w);
  const made = await ann('LOCK', '/dav/new', { timeout: 'Infinite, Second-4100000000' }, lockBody());
  assert.equal(made.status, 201);
  assert.match(
    made.text,
    /<D:exclusive\/>.*<D:depth>infinity<.*<D:href>ann@home<.*<D:timeout>Second-3600<.*<D:lockroot><D:href>\/dav\/new</,
  );
  assert.equal((await ann('GET', '/dav/new')).text, '');
  assert.equal((await ann('LOCK', '/dav/none/new', {}, lockBody())).status, 409);
  assert.equal((await ann('LOCK', '/dav/new', { depth: '1' }, lockBody())).status, 400);
  await w.app.close();
});
