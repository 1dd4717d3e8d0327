import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import type { App } from './route.ts';
import { as, testServer } from './test-server.ts';
import { registerWebApp } from './web-app.ts';

const folder = mkdtempSync(join(tmpdir(), 'kith-web-'));
const page = '<!doctype html><head><title>Kith</title></head><body><div id="app"></div></body>';
const script = 'console.log("a script of some length")';
const navigation = { accept: 'text/html,application/xhtml+xml' };

describe('the web app', () => {
  let app: App;
  before(async () => {
    mkdirSync(join(folder, 'assets'));
    writeFileSync(join(folder, 'index.html'), page);
    writeFileSync(join(folder, 'welcome.de.html'), page.replace('></div>', '>Willkommen</div>'));
    writeFileSync(join(folder, 'sw.js'), script);
    writeFileSync(join(folder, 'assets/main-abc.js'), script);
    writeFileSync(join(folder, 'assets/main-abc.js.br'), brotliCompressSync(script));
    writeFileSync(join(folder, 'assets/main-abc.js.gz'), gzipSync(script));
    app = await testServer();
    registerWebApp(app, { folder, mediaOrigins: ['https://media.example'] });
  });
  after(async () => {
    await app.close();
    rmSync(folder, { recursive: true });
  });
  const get = (url: string, headers: Record<string, string> = {}) => app.inject({ url, headers });

  it('keeps hashed files for ever, in the encoding that is taken', async () => {
    for (const [accepted, encoding] of [
      ['gzip, deflate, br', 'br'],
      ['gzip', 'gzip'],
      ['', undefined],
    ] as const) {
      const answer = await get('/assets/main-abc.js', { 'accept-encoding': accepted });
      assert.equal(answer.headers['content-encoding'], encoding);
      assert.match(String(answer.headers['cache-control']), /immutable/);
      assert.match(String(answer.headers['content-type']), /javascript/);
      assert.equal(answer.headers.vary, 'accept-encoding');
    }
  });

  it('asks anew about all else, by its tag', async () => {
    const first = await get('/sw.js');
    assert.equal(first.headers['cache-control'], 'no-cache');
    const again = await get('/sw.js', { 'if-none-match': String(first.headers.etag) });
    assert.equal(again.statusCode, 304);
  });

  it('answers its page to people, at any address that is not for programs', async () => {
    for (const url of ['/', '/search?q=a', '/@ann', '/p/1/2']) {
      const answer = await get(url, navigation);
      assert.equal(answer.statusCode, 200, url);
      assert.match(String(answer.headers['content-security-policy']), /script-src 'self';/);
      assert.match(
        String(answer.headers['content-security-policy']),
        /img-src [^;]*https:\/\/media\.example/,
      );
    }
    for (const url of ['/v1/nothing', '/media/x', '/assets/none.js', '/dav/a', '/none.js'])
      assert.equal((await get(url, url === '/none.js' ? {} : navigation)).statusCode, 404, url);
    assert.equal((await get('/search')).statusCode, 404, 'a program that asks for something else');
  });

  it('tells the app that there may be a session, and others not', async () => {
    const known = await get('/search', { ...navigation, cookie: 'kith_session=abc' });
    assert.match(known.payload, /<meta name="kith-session"/);
    assert.equal(known.headers.vary, 'cookie');
    assert.doesNotMatch((await get('/search', navigation)).payload, /kith-session/);
  });

  it('welcomes strangers in their language before the app is there', async () => {
    const german = { ...navigation, 'accept-language': 'fr;q=0.2, de-AT' };
    assert.match((await get('/', german)).payload, /Willkommen/);
    assert.match((await get('/welcome', german)).payload, /Willkommen/);
    assert.doesNotMatch((await get('/', { ...german, ...as('00000000001') })).payload, /Willkommen/);
    assert.equal((await get('/', { ...navigation, 'accept-language': 'fr' })).payload, page);
  });

  it('has the feed fetched ahead for whoever is logged in', async () => {
    assert.equal((await get('/', navigation)).headers.link, undefined);
    const { link } = (await get('/', { ...navigation, ...as('00000000001') })).headers;
    assert.match(String(link), /^<\/v1\/feeds\/00000000001\?limit=20&order=recent>; rel=preload/);
  });
});
