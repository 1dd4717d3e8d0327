import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { languageFor } from '../../http/languages.ts';
import { as, testServer } from '../../http/test-server.ts';
import { registerWebApp } from '../../http/web-app.ts';
import type { OwnUser } from '../accounts/index.ts';
import { postWorld } from '../posts/test-world.ts';
import { postsShownMax } from './home-page.ts';
import { createHomePage } from './index.ts';

const folder = mkdtempSync(join(tmpdir(), 'kith-home-'));
after(() => rmSync(folder, { recursive: true }));
writeFileSync(
  join(folder, 'index.html'),
  '<!doctype html><html lang="en"><head><title>Kith</title></head><body><div id="app"></div></body></html>',
);
const attack = `"><script>alert(1)</script>`;
const navigation = { accept: 'text/html' };

async function world() {
  const base = postWorld();
  let isUp = true;
  const home = createHomePage({
    accounts: base.deps.accounts,
    profiles: {
      presentOwn: async ({ id, username, displayName }) =>
        ({ id, username, displayName, avatarUrl: null }) as OwnUser,
    },
    feed: {
      async read(principal, userId) {
        if (!isUp) throw new Error('down');
        const { items } = await base.posts.list(principal, userId, { limit: 20 });
        const texts = await base.posts.present(userId, items);
        return `{"items":[${texts.map((text) => `{"post":${text}}`).join(',')}],"nextCursor":null}`;
      },
    },
  });
  const app = await testServer({ holdsAnswers: false });
  registerWebApp(app, {
    folder,
    mediaOrigins: [],
    home: async (request) => {
      const language = languageFor(request, ['en', 'de']);
      return { ...(await home.read(request.principal!, language)), language };
    },
  });
  const get = (headers: Record<string, string>) =>
    app.inject({ url: '/', headers: { ...navigation, ...headers } });
  return { ...base, get, fail: () => (isUp = false) };
}

test('HOME-1, HOME-2, HOME-3: the newest posts stand in the page, escaped, and who is here', async () => {
  const { posts, join: enter, get } = await world();
  const ann = enter('ann', { displayName: attack });
  for (let i = 0; i < 8; i++)
    await posts.create(ann, { text: `${attack} number ${i} ${'word '.repeat(200)}` });
  const page = await get(as(ann.userId));
  assert.equal(page.statusCode, 200);
  assert.equal((page.body.match(/<article/g) ?? []).length, postsShownMax);
  assert.ok(page.body.includes('number 7') && !page.body.includes('number 2'));
  assert.doesNotMatch(page.body, /<script/);
  const [, me] = /<meta name="kith-me" content="([^"]*)">/.exec(page.body)!;
  const plain = me!.replaceAll('&quot;', '"').replaceAll('&lt;', '<').replaceAll('&gt;', '>');
  assert.deepEqual(JSON.parse(plain.replaceAll('&#39;', "'").replaceAll('&amp;', '&')).displayName, attack);
  assert.equal(page.headers['cache-control'], 'private, no-store');
  assert.match(String(page.headers['vary']), /cookie/);
  assert.match(String(page.headers['link']), /\/v1\/feeds\//);
});

test('HOME-1: it speaks the language of the browser', async () => {
  const { join: enter, get } = await world();
  const page = await get({ ...as(enter('ann').userId), 'accept-language': 'en;q=0.3, de-CH;q=0.9' });
  assert.match(page.body, /<html lang="de" dir="ltr">/);
  assert.match(page.body, /Was möchtest du teilen\?/);
});

test('HOME-4: without a feed, and where the page is loaded anew, the app comes alone', async () => {
  const { posts, join: enter, get, fail } = await world();
  const ann = enter('ann');
  await posts.create(ann, { text: 'here' });
  const again = await get({ ...as(ann.userId), 'cache-control': 'max-age=0' });
  assert.match(again.body, /<div id="app"><\/div>/);
  fail();
  const page = await get(as(ann.userId));
  assert.deepEqual([page.statusCode, /<article/.test(page.body)], [200, false]);
  assert.match((await get({})).body, /<div id="app"><\/div>/);
});
