/** Files by the pages alone: up, renamed, changed, back again, shared, deleted and returned. */
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { openPlace, type Place, step, type Visitor } from './visitors.ts';

let place: Place;
let ann: Visitor;
const everybody = () => [ann];

before(async () => {
  place = await openPlace();
  ann = await place.member('ann');
  await ann.page.getByRole('link', { name: 'Files' }).click();
});
after(() => place.close());

const text = (name: string, words: string) => ({ name, mimeType: 'text/plain', buffer: Buffer.from(words) });

async function choose({ page }: Visitor, button: string, file: ReturnType<typeof text>): Promise<void> {
  const chooser = page.waitForEvent('filechooser');
  await page.getByText(button, { exact: true }).click();
  await (await chooser).setFiles(file);
}

async function act(page: Page, name: string, words: string): Promise<void> {
  await page.getByRole('button', { name: `More about ${name}` }).click();
  await page.getByRole('menuitem', { name: words, exact: true }).click();
}

const shows = async (page: Page, name: string, words: string): Promise<void> => {
  await page.getByRole('button', { name: new RegExp(`^${name}`) }).click();
  await page.getByRole('dialog', { name }).getByText(words).waitFor();
  await page.keyboard.press('Escape');
};

step('uploads a file, shows it, renames it', everybody, async () => {
  const { page } = ann;
  await page.getByText('Nothing here yet').waitFor();
  await choose(ann, 'Upload', text('plan.txt', 'Sow the beans'));
  await page.getByText('1 file uploaded').waitFor();
  await shows(page, 'plan.txt', 'Sow the beans');
  await act(page, 'plan.txt', 'Rename');
  await page.getByLabel('Name', { exact: true }).fill('garden.txt');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('button', { name: 'More about garden.txt' }).waitFor();
});

step('takes a new version, and goes back to the one before', everybody, async () => {
  const { page } = ann;
  await page.getByRole('button', { name: 'More about garden.txt' }).click();
  await choose(ann, 'Upload a new version', text('other.txt', 'Sow the peas'));
  await page.getByText('Uploaded as a new version').waitFor();
  await shows(page, 'garden.txt', 'Sow the peas');
  await act(page, 'garden.txt', 'Versions');
  await page.getByRole('button', { name: 'Make current' }).click();
  await page.getByText('That version is current again').waitFor();
  await page.getByRole('dialog').getByRole('listitem').nth(2).waitFor();
  await page.keyboard.press('Escape');
  await shows(page, 'garden.txt', 'Sow the beans');
});

step('goes on after a break, over other pages', everybody, async () => {
  const { page, context } = ann;
  const bytes = 3 * 1024 * 1024;
  let cuts = 0;
  await context.route('**/v1/files/uploads/*', (route) => {
    if (route.request().method() !== 'PATCH' || cuts > 0) return route.continue();
    cuts += 1;
    return route.abort('connectionreset');
  });
  await choose(ann, 'Upload', { ...text('film.bin', ''), buffer: Buffer.alloc(bytes, 7) });
  await page.getByRole('link', { name: 'Search' }).click();
  await page.getByText('3 files uploaded').waitFor();
  assert.equal(cuts, 1);
  await page.getByRole('link', { name: 'Files' }).click();
  await page.getByRole('button', { name: /^film.bin 3.1 MB/ }).waitFor();
});

step('shares by a link that opens without script', everybody, async () => {
  const { page } = ann;
  await act(page, 'garden.txt', 'Share');
  await page.getByRole('button', { name: 'Make a link' }).click();
  const url = await page.getByLabel('Address of the link').inputValue();
  const stranger = await place.visit('stranger', { javaScriptEnabled: false });
  await stranger.page.goto(url);
  await stranger.page.getByText('garden.txt').first().waitFor();
  await page.getByRole('button', { name: 'End link' }).click();
  await page.getByLabel('Address of the link').waitFor({ state: 'detached' });
  assert.equal((await stranger.page.goto(url))?.status(), 404);
  await page.keyboard.press('Escape');
});

step('deletes with a way back, and brings back what a snapshot has', everybody, async () => {
  const { page } = ann;
  const row = page.getByRole('button', { name: 'More about garden.txt' });
  await act(page, 'garden.txt', 'Move to trash');
  await row.waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Undo' }).click();
  await row.waitFor();

  await page.getByRole('link', { name: 'Snapshots' }).click();
  await page.getByRole('button', { name: 'Make a snapshot' }).click();
  await page.getByLabel('What is it for?').fill('Before spring');
  await page.getByRole('dialog').getByRole('button', { name: 'Make a snapshot' }).click();
  await page.getByRole('link', { name: 'My files' }).click();
  await act(page, 'garden.txt', 'Move to trash');
  await row.waitFor({ state: 'detached' });
  await page.getByRole('link', { name: 'Snapshots' }).click();
  await page.getByRole('link', { name: 'Before spring' }).click();
  await page.getByRole('button', { name: 'Bring back: garden.txt' }).click();
  await page.getByText('garden.txt is as it was then.').waitFor();
  await page.getByRole('link', { name: 'My files' }).click();
  await row.waitFor();
});

step(
  'posts a picture from Files, shows it in small, and makes it the profile picture',
  everybody,
  async () => {
    const { page } = ann;
    const dawn = { background: '#c5563c', width: 900, height: 600, channels: 3 as const };
    const picture = await sharp({ create: dawn }).jpeg().toBuffer();
    await choose(ann, 'Upload', { name: 'dawn.jpg', mimeType: 'image/jpeg', buffer: picture });
    const row = page.getByRole('listitem').filter({ hasText: 'dawn.jpg' });
    await row.locator('img.file-thumb:not(.is-coming)').waitFor();
    await page.getByRole('button', { name: /^dawn.jpg/ }).click();
    await page.getByRole('img', { name: 'Preview of dawn.jpg' }).waitFor();
    await page.keyboard.press('Escape');

    const sent: string[] = [];
    page.on('request', (request) => sent.push(`${request.method()} ${new URL(request.url()).pathname}`));
    await act(page, 'dawn.jpg', 'Post');
    const composer = page.getByRole('dialog', { name: 'Write a post' });
    await composer.getByRole('img', { name: 'dawn.jpg' }).waitFor();
    await composer.getByRole('textbox', { name: 'Text' }).fill('Up before the birds');
    await composer.getByRole('button', { name: 'Post', exact: true }).click();
    await composer.waitFor({ state: 'detached' });
    await act(page, 'dawn.jpg', 'Use as profile picture');
    await page.getByText('That is your profile picture now.').waitFor();
    assert.deepEqual(
      sent.filter((each) => each.startsWith('PUT') || each.includes('/uploads')),
      [],
      'nothing was uploaded again',
    );
  },
);

step('keeps the photos of a post as files', everybody, async () => {
  const { page } = ann;
  await page.goto('/');
  const post = page.getByRole('article').filter({ hasText: 'Up before the birds' });
  await post.locator('.picture img').waitFor();
  await post.getByRole('button', { name: 'More about this post' }).click();
  await page.getByRole('menuitem', { name: 'Save to Files' }).click();
  await page.getByRole('button', { name: 'Save in My files' }).click();
  await page.getByText('1 file is in My files now.').waitFor();
  await page.getByRole('link', { name: 'Files' }).click();
  await page.getByRole('button', { name: 'More about dawn (2).jpg' }).waitFor();
});

step('finds by name below where it looks, and goes back to a moment', everybody, async () => {
  const { page } = ann;
  const token = await page.request.post('/v1/folders', {
    data: { path: '/Deep' },
    headers: { origin: place.url },
  });
  assert.equal(token.status(), 201, await token.text());
  await act(page, 'garden.txt', 'Move');
  await page.getByRole('dialog').getByRole('button', { name: 'Deep' }).click();
  await page.getByRole('button', { name: 'Move to Deep' }).click();
  await page.getByText('garden.txt is in Deep now.').waitFor();
  await page.getByLabel('Find by name').fill('gard');
  await page.getByText('in Deep').waitFor();
  await page.getByLabel('Find by name').fill('zebra');
  await page.getByText('Nothing here is called that').waitFor();
  await page.getByLabel('Find by name').fill('');
  await page.getByText(/taken · files/).waitFor();

  const before = new Date().toISOString();
  await act(page, 'Deep', 'Move to trash');
  await page.getByRole('button', { name: 'More about Deep' }).waitFor({ state: 'detached' });
  await page.goto(`/files/snapshots/at?at=${before}&path=Deep`);
  await shows(page, 'garden.txt', 'Sow the beans');
  await page.getByRole('button', { name: 'Bring back: garden.txt' }).click();
  await page.getByText('garden.txt is as it was then.').waitFor();
  await page.goto('/files/in/Deep');
  await page.getByRole('button', { name: 'More about garden.txt' }).waitFor();
});

it('gives the browser nothing to complain about', () => {
  assert.deepEqual(ann.complaints, []);
});
