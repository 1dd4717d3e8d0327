/** Other languages, other directions, and what is read before the app is there. */
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import type { Page } from 'playwright-core';
import { openPlace, type Place, step, type Visitor, watchShifts } from './visitors.ts';

let place: Place;
let ann: Visitor;
let postId: string;
const everybody = () => [ann];

before(async () => {
  place = await openPlace();
  ann = await place.member('ann');
  const headers = { origin: place.url };
  for (const text of ['First of all', 'Tulips again #spring']) {
    const answer = await ann.context.request.post('/v1/posts', { data: { text }, headers });
    ({ id: postId } = (await answer.json()) as { id: string });
  }
});
after(() => place.close());

step('says in German what is wrong with a form', everybody, async () => {
  const { page, context } = await place.visit('gerd', { locale: 'de-AT' });
  await page.goto('/register');
  await page.getByLabel('Benutzername').fill('ann');
  await page.getByLabel('E-Mail').fill('nirgends');
  await page.getByRole('textbox', { name: 'Passwort' }).fill('kurz');
  // The browser's own words would come first.
  await page.locator('form').evaluate((form: HTMLFormElement) => {
    form.noValidate = true;
  });
  await page.getByRole('button', { name: 'Konto anlegen' }).click();
  await page.getByText('Das sieht nicht wie eine E-Mail-Adresse aus.').waitFor();
  await page.getByLabel('E-Mail').fill('gerd@example.org');
  await page.getByRole('button', { name: 'Konto anlegen' }).click();
  await page.getByText('Ein Passwort braucht mindestens 10 Zeichen.').waitFor();
  await page.getByRole('textbox', { name: 'Passwort' }).fill('tee mit zitrone');
  await page.getByRole('button', { name: 'Konto anlegen' }).click();
  await page.getByText('Diesen Benutzernamen gibt es schon.').waitFor();
  await page.goto('/login');
  await page.getByLabel('Benutzername oder E-Mail').fill('ann');
  await page.getByRole('textbox', { name: 'Passwort' }).fill('falsch geraten');
  await page.getByRole('button', { name: 'Anmelden', exact: true }).click();
  await page.getByText('Name und Passwort gehören nicht zusammen.').waitFor();
  await context.close();
});

step(
  'answers public pages in the language of the browser, and says what that depends on',
  everybody,
  async () => {
    const { page, context } = await place.visit('gerd', { locale: 'de-AT', javaScriptEnabled: false });
    const answer = await page.goto(`/p/${postId}`);
    assert.match(answer!.headers()['vary'] ?? '', /accept-language/);
    await page.getByRole('heading', { name: 'Beitrag von Ann' }).waitFor();
    assert.equal(await page.locator('html').getAttribute('lang'), 'de');
    await page.goto('/@ann');
    await page.getByText('2 Beiträge').waitFor();
    await page.goto('/p/nothing');
    await page.getByText('Hier ist nichts', { exact: true }).waitFor();
    await context.close();
  },
);

/** Counts the frames in which words that had been there were gone. */
const watchWords = (page: Page) =>
  page.addInitScript(() => {
    const seen = { words: false, served: false, gaps: 0 };
    Object.assign(window, { seen });
    const look = () => {
      const has = document.querySelector('main article .words') !== null;
      if (seen.words && !has) seen.gaps += 1;
      seen.words ||= has;
      seen.served ||= document.querySelector('.served') !== null;
      requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });

step('takes over what the server sent without a gap and without moving anything', everybody, async () => {
  const stranger = await place.visit('stranger');
  for (const [{ page }, path] of [
    [stranger, `/p/${postId}`],
    [stranger, '/@ann'],
    [ann, '/'],
  ] as const) {
    await watchWords(page);
    const shifts = await watchShifts(page);
    await page.goto(path, { waitUntil: 'commit' });
    await page.getByRole('button', { name: 'More about this post' }).first().waitFor();
    const seen = await page.evaluate(() => (window as unknown as { seen: object }).seen);
    assert.deepEqual(seen, { words: true, served: true, gaps: 0 }, path);
    assert.equal(await shifts(), 0, path);
  }
  assert.deepEqual(stranger.complaints, []);
});

step('turns with the direction of the language', everybody, async () => {
  const { page } = ann;
  for (const width of [390, 1440]) {
    await page.setViewportSize({ width, height: 844 });
    for (const path of ['/', '/@ann', `/p/${postId}`, '/search?q=tulips', '/settings']) {
      await page.goto(path);
      await page.locator('main h1').waitFor();
      const box = (selector: string) => page.locator(selector).first().boundingBox();
      await page.evaluate(() => {
        document.documentElement.dir = 'rtl';
      });
      const [bar, main] = [(await box('.navigation'))!, (await box('main'))!];
      if (width === 1440) assert.ok(bar.x > main.x, `${path}: the rail is at the start`);
      const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(over <= 0, `${path} is ${over} px too wide at ${width}`);
    }
  }
});
