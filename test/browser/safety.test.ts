/** What people write is text to everybody who reads it, and requests from elsewhere do nothing. */
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { payloads } from './payloads.ts';
import { openPlace, type Place, type Visitor } from './visitors.ts';

let place: Place;
let reader: Visitor;
let postId: string;

before(async () => {
  place = await openPlace();
  reader = await place.member('reader');
});
after(() => place.close());

it('runs nothing of 80 stored payloads, wherever they are shown', async () => {
  assert.ok(payloads.length >= 80);
  const writer = await place.member('writer');
  const headers = { origin: place.url };
  const send = async (method: 'post' | 'patch', path: string, data: object) => {
    const answer = await writer.context.request[method](path, { data, headers });
    assert.ok(answer.ok(), `${path}: ${answer.ok() ? '' : await answer.text()}`);
    return (await answer.json()) as { id: string };
  };
  const all = payloads.join('\n');
  const parts = Array.from({ length: 8 }, (_, i) => payloads.slice(i * 10, i * 10 + 10).join('\n'));
  const post = await send('post', '/v1/posts', {
    title: '<img src=x onerror=window.hit=1>',
    text: all,
    description: all,
  });
  for (const comment of parts) await send('post', '/v1/comments', { postId: post.id, comment });
  for (const text of payloads.slice(0, 12))
    await send('post', '/v1/posts', { title: text.replace(/\s/g, ' '), text });
  await send('patch', '/v1/users/me', {
    displayName: '<img src=x onerror=window.hit=1>',
    bio: parts[1]!.slice(0, 450),
    location: '"><svg onload=hit=1>',
  });
  const known = (await (await reader.context.request.get('/v1/users/me')).json()) as { id: string };
  await send('post', '/v1/reports', { userId: known.id, reason: 'spam', note: parts[2] });
  await reader.context.request.post('/v1/follow', { data: { followeeId: '@writer' }, headers });

  const { page } = reader;
  page.on('dialog', () => assert.fail('a script ran'));
  postId = post.id;
  const pages = ['/', `/p/${post.id}`, '/@writer', '/admin', `/search?q=${encodeURIComponent(payloads[3]!)}`];
  for (const path of pages) {
    await page.goto(path);
    await page.getByText('onerror').first().waitFor();
    await page.mouse.move(400, 400);
    const state = await page.evaluate(() => ({
      hit: 'hit' in window,
      foreign: document.querySelectorAll(
        'main :is(script, iframe, object, embed, base, form[action], meta, style)',
      ).length,
      addresses: [...document.querySelectorAll('main a')].map((link) => (link as HTMLAnchorElement).protocol),
    }));
    assert.equal(state.hit, false, path);
    assert.equal(state.foreign, 0, path);
    for (const protocol of state.addresses) assert.match(protocol, /^https?:$/, path);
  }
  assert.deepEqual(reader.complaints, [], 'nothing even tried');
});

it('refuses what another site makes a browser send', async () => {
  const { context } = reader;
  const [cookie] = await context.cookies(place.url);
  assert.deepEqual([cookie?.httpOnly, cookie?.sameSite], [true, 'Lax']);
  for (const headers of [{ origin: 'https://evil.example' }, { 'sec-fetch-site': 'cross-site' }]) {
    const answer = await context.request.post('/v1/posts', { data: { text: 'forged' }, headers });
    assert.equal(answer.status(), 403);
  }
});

it('serves pages under a policy that knows nothing inline', async () => {
  const answer = await reader.context.request.get('/', { headers: { accept: 'text/html' } });
  const policy = answer.headers()['content-security-policy'] ?? '';
  assert.match(policy, /script-src 'self';/);
  assert.doesNotMatch(policy, /unsafe/);
  const { page } = await place.visit('stranger');
  for (const path of ['/', '/@writer', `/p/${postId}`]) {
    const who = path === '/' ? reader.context : page.context();
    const text = await (await who.request.get(path, { headers: { accept: 'text/html' } })).text();
    assert.match(text, /onerror/, path);
    const inline = await page.evaluate((served) => {
      const parsed = new DOMParser().parseFromString(served, 'text/html');
      return [...parsed.querySelectorAll('*')]
        .filter(
          (element) =>
            element.matches(
              'script:not([src]), style, [style], main :is(script, iframe, base, form, meta)',
            ) || [...element.attributes].some(({ name }) => name.startsWith('on')),
        )
        .map(({ outerHTML }) => outerHTML);
    }, text);
    assert.deepEqual(inline, [], path);
  }
});

it('works by keyboard alone', async () => {
  const { page } = await place.member('typist');
  const press = async (...keys: string[]) => {
    for (const key of keys) await page.keyboard.press(key);
  };
  const focused = () => page.evaluate(() => document.activeElement?.textContent?.trim());
  await page.reload();
  await page.getByRole('heading', { name: 'Home' }).waitFor();
  await press('Tab');
  assert.equal(await focused(), 'Skip to the content');
  const placesMax = 8;
  for (let i = 0; i < placesMax && (await focused()) !== 'Write'; i++) await press('Tab');
  assert.equal(await focused(), 'Write');
  await press('Enter');
  await page.getByRole('dialog').waitFor();
  await page.keyboard.type('Typed #here');
  await press('Control+Enter');
  const post = page.getByRole('article');
  await post.getByText('Typed').waitFor();

  await post.getByRole('button', { name: 'More about this post' }).focus();
  await press('Enter');
  await page.getByRole('menuitem', { name: 'Copy link' }).waitFor();
  await page.locator('[role=menuitem]:focus').waitFor();
  await press('ArrowDown');
  assert.equal(await focused(), 'Edit');
  await press('Enter');
  await page.getByRole('dialog').waitFor();
  await press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await post.getByRole('button', { name: 'Choose a reaction' }).focus();
  await press('Enter');
  await page.locator('.reaction-choice button:focus').waitFor();
  await press('Tab', 'Enter');
  await post.getByRole('button', { name: 'Take back: Love' }).waitFor();
});
