import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { as, testServer } from '../../http/test-server.ts';
import { registerWebApp } from '../../http/web-app.ts';
import type { Account, User } from '../accounts/index.ts';
import { postWorld } from '../posts/test-world.ts';
import { publicPageRoutes } from './http.ts';
import { createPublicPages } from './index.ts';
import { type PublicPost, previewOf, shortened } from './public-post.ts';
import { richText } from './rich-text.ts';

const folder = mkdtempSync(join(tmpdir(), 'kith-pages-'));
after(() => rmSync(folder, { recursive: true }));
writeFileSync(
  join(folder, 'index.html'),
  '<!doctype html><html><head><title>Kith</title><script type="module" src="/assets/a.js"></script></head><body><div id="app"></div><noscript>no</noscript></body></html>',
);

const base = 'https://kith.example';

async function world() {
  const posts = postWorld();
  const user = ({ id, username, displayName, avatarUrl, isPrivate, bio = '' }: Account): User => ({
    ...{ id, username, displayName, avatarUrl, isPrivate, bio, location: null },
    createdAt: '2026-01-01T00:00:00.000Z',
    counts: { followers: 1, following: 2, posts: 3 },
    viewer: { following: false, followedBy: false, requested: false, blocking: false, muting: false },
  });
  const pages = createPublicPages({
    accounts: posts.deps.accounts,
    profiles: { present: async (_, accounts) => accounts.map(user) },
    posts: posts.posts,
    comments: { list: async () => ({ items: [], nextCursor: null }) },
  });
  const app = await testServer({ holdsAnswers: false });
  const webApp = registerWebApp(app, { folder, mediaOrigins: [] });
  publicPageRoutes(app, { pages, publicUrl: base, webApp });
  const get = (url: string, headers: Record<string, string> = {}) => app.inject({ url, headers });
  return { ...posts, pages, app, get };
}

const attack = `"><script>alert(1)</script><img src=x onerror='alert(1)'>&`;

test('PAGE-1, PAGE-3: a post is in the page, escaped, for those without a session; others get the app alone', async () => {
  const { posts, join: enter, get } = await world();
  const ann = enter('ann', { displayName: attack });
  const { post } = await posts.create(ann, {
    title: attack.slice(0, 60),
    text: `${attack} https://example.org/?a=1&b="x" @ann`,
    description: attack,
    hashtags: ['sea'],
  });
  const page = await get(`/p/${post.id}`);
  assert.equal(page.statusCode, 200);
  assert.match(page.headers['content-type'] as string, /^text\/html/);
  assert.match(page.headers['content-security-policy'] as string, /script-src 'self';/);
  assert.equal((page.body.match(/<script/g) ?? []).length, 1, 'the app’s own script alone');
  assert.ok(!/<img src=x|<noscript/.test(page.body));
  assert.match(page.body, /&lt;script&gt;alert\(1\)&lt;\/script&gt;/);
  assert.match(page.body, /<a href="https:\/\/example\.org\/\?a=1&amp;b=" rel=/);
  assert.match(page.body, /<a href="\/@ann">@ann<\/a>/);
  const shell = await get(`/p/${post.id}`, as(ann.userId));
  assert.match(shell.body, /<div id="app"><\/div>/);
  assert.equal(shell.headers['cache-control'], 'no-cache');
});

test('PAGE-2: hidden and absent are the same answer', async () => {
  const { posts, join: enter, alter, get } = await world();
  const ann = enter('ann');
  const paul = enter('paul', { isPrivate: true });
  const gone = enter('gone');
  const idOf = async (visibility: 'public' | 'followers' | 'only-me', who = ann) =>
    (await posts.create(who, { text: 'x', visibility })).post.id;
  const deleted = await idOf('public');
  await posts.delete(ann, deleted);
  const paths = [
    `/p/${await idOf('followers')}`,
    `/p/${await idOf('only-me')}`,
    `/p/${await idOf('public', paul)}`,
    `/p/${await idOf('public', gone)}`,
    `/p/${deleted}`,
    '/p/nonsense',
    '/@paul',
    '/@gone',
    '/@nobody',
    '/@ann?cursor=nonsense',
  ];
  alter(gone, { state: 'deactivated' });
  const answers = await Promise.all(paths.map((path) => get(path)));
  assert.deepEqual(new Set(answers.map(({ statusCode }) => statusCode)), new Set([404]));
  assert.equal(new Set(answers.map(({ body }) => body)).size, 1);
  assert.match(answers[0]!.body, /noindex/);
  for (const path of ['/@paul/feed.xml', '/@gone/feed.atom', '/@nobody/feed.json'])
    assert.equal((await get(path)).statusCode, 404, path);
  for (const path of paths) {
    const asked = await get(`/oembed?url=${encodeURIComponent(base + path.split('?')[0])}`);
    assert.equal(asked.statusCode, path.startsWith('/@ann') ? 200 : 404, path);
  }
});

test('PAGE-4, PAGE-5: a profile has previews, feeds, older posts by links, and a tag that caches keep', async () => {
  const { posts, join: enter, get } = await world();
  const ann = enter('ann', { bio: 'About Ann' });
  for (let i = 0; i < 25; i++) await posts.create(ann, { text: `number ${i}.` });
  await posts.create(ann, { text: 'for few', visibility: 'followers' });
  const first = await get('/@ann');
  assert.equal((first.body.match(/<article/g) ?? []).length, 20);
  assert.ok(first.body.includes('number 24.') && !first.body.includes('for few'));
  for (const piece of [
    `<link rel="canonical" href="${base}/@ann">`,
    '<meta property="og:type" content="profile">',
    '<meta name="twitter:card" content="summary">',
    `type="application/atom+xml" href="${base}/@ann/feed.atom"`,
    `type="application/json+oembed" href="${base}/oembed?url=${encodeURIComponent(`${base}/@ann`)}"`,
  ])
    assert.ok(first.body.includes(piece), piece);
  assert.equal(first.headers['cache-control'], 'public, max-age=60');
  const [, older] = /<a rel="next" href="([^"]+)"/.exec(first.body)!;
  const second = await get(older!);
  assert.equal((second.body.match(/<article/g) ?? []).length, 5);
  assert.ok(second.body.includes('number 0.') && !second.body.includes('rel="next"'));
  const again = await get('/@ann', { 'if-none-match': `W/${first.headers.etag}` });
  assert.deepEqual([again.statusCode, again.body], [304, '']);
});

test('PAGE-6: three feeds say the same, well formed, and are asked for again by tag or time', async () => {
  const { posts, join: enter, alter, get, clock } = await world();
  const ann = enter('ann', { displayName: 'Ann & <Co>' });
  const { post } = await posts.create(ann, {
    title: 'A <b>',
    text: 'Line & one\nline two\n\nnext',
    hashtags: ['sea'],
  });
  clock.advance(5000);
  await posts.change(ann, post.id, { text: 'Line & one\nline two\n\nnext @ann' });
  const url = `${base}/p/${post.id}`;
  const content = `<p>Line &amp; one<br>line two</p><p>next <a href="${base}/@ann">@ann</a></p>`;
  const inXml = content.replace(
    /[&<>"]/g,
    (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]!,
  );
  const json = (await get('/@ann/feed.json')).json();
  assert.equal(json.version, 'https://jsonfeed.org/version/1.1');
  assert.equal(json.items[0].content_html, content);
  assert.deepEqual([json.items[0].id, json.items[0].title, json.items[0].tags], [url, 'A <b>', ['sea']]);
  assert.ok(json.items[0].date_modified > json.items[0].date_published);
  const atom = (await get('/@ann/feed.atom')).body;
  assert.ok(atom.includes(`<id>${url}</id><title>A &lt;b&gt;</title>`));
  assert.ok(atom.includes(`<content type="html">${inXml}</content><category term="sea"/>`));
  assert.ok(atom.includes(`<updated>${json.items[0].date_modified}</updated>`));
  const rss = await get('/@ann/feed.xml');
  assert.ok(rss.body.includes(`<guid isPermaLink="true">${url}</guid>`));
  assert.ok(rss.body.includes(`<description>${inXml}</description>`));
  assert.match(rss.headers['content-type'] as string, /^application\/rss\+xml/);
  for (const headers of [
    { 'if-none-match': rss.headers.etag as string },
    { 'if-modified-since': rss.headers['last-modified'] as string },
  ])
    assert.equal((await get('/@ann/feed.xml', headers)).statusCode, 304);
  alter(ann, { displayName: 'Ann' });
  assert.equal(
    (await get('/@ann/feed.xml', { 'if-none-match': rss.headers.etag as string })).statusCode,
    200,
  );
});

test('PAGE-7: an embed quotes a post without script, of this server only', async () => {
  const { posts, join: enter, get } = await world();
  const ann = enter('ann');
  const { post } = await posts.create(ann, { text: attack });
  const ask = (url: string, more = '') => get(`/oembed?url=${encodeURIComponent(url)}${more}`);
  const found = (await ask(`${base}/p/${post.id}?from=x`, '&maxwidth=300')).json();
  assert.deepEqual([found.type, found.width, found.author_url], ['rich', 300, `${base}/@ann`]);
  assert.ok(!/<(script|img)/.test(found.html));
  assert.equal((await ask(`${base}/%40ann`)).json().type, 'link');
  for (const url of ['nonsense', `https://other.example/p/${post.id}`, `${base}/v1/posts/${post.id}`])
    assert.equal((await ask(url)).statusCode, 404, url);
  assert.equal((await ask(`${base}/@ann`, '&format=xml')).statusCode, 501);
});

test('what stands for a post is the widest picture that is not too wide, JPEG before others', () => {
  const variant = (format: string, width: number) => ({
    url: `/${format}-${width}`,
    width,
    height: width,
    format,
    sizeBytes: 1,
  });
  const image = { id: 'm', kind: 'image' as const, width: 1, height: 1, alt: 'a dot' };
  const of = (...variants: ReturnType<typeof variant>[]) =>
    previewOf({ media: [{ ...image, variants }] } as unknown as PublicPost)?.url;
  assert.equal(
    of(variant('webp', 640), variant('jpeg', 640), variant('jpeg', 1280), variant('jpeg', 4000)),
    '/jpeg-1280',
  );
  assert.equal(of(variant('avif', 320), variant('webp', 320)), '/webp-320');
  assert.equal(of(), undefined);
  assert.equal(shortened('one  two\nthree', 9), 'one two…');
  assert.equal(
    richText('(see https://a.example/b).').text,
    '(see <a href="https://a.example/b" rel="nofollow noopener noreferrer" dir="ltr">a.example/b</a>).',
  );
});
