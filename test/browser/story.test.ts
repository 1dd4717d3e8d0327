/** Two people from sign-up to a conversation, as they would go. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, it } from 'node:test';
import { photoLike } from '../../src/adapters/media-tools/testing/sample-images.ts';
import { makeSampleVideo } from '../../src/adapters/media-tools/testing/sample-videos.ts';
import { openPlace, type Place, password, step, type Visitor, watchShifts } from './visitors.ts';

let place: Place;
let ann: Visitor;
let bob: Visitor;
const scratch = mkdtempSync(join(tmpdir(), 'kith-story-'));
const clip = join(scratch, 'gate.mp4');

before(async () => {
  makeSampleVideo({ file: clip, seconds: 2, width: 320, height: 240 });
  place = await openPlace();
  [ann, bob] = await Promise.all([place.visit('ann'), place.visit('bob', { hasTouch: true })]);
});
after(async () => {
  await place.close();
  rmSync(scratch, { recursive: true, force: true });
});
const both = () => [ann, bob];

async function signUp({ page, name }: Visitor): Promise<void> {
  await page.goto('/');
  await page.getByRole('link', { name: 'Sign up' }).click();
  await page.getByLabel('Your name').fill(name === 'ann' ? 'Ann' : 'Bob');
  await page.getByLabel('Username').fill(name);
  await page.getByLabel('E-mail').fill(`${name}@example.org`);
  await page.getByRole('textbox', { name: 'Password' }).fill(password);
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.getByText('Your feed is empty').waitFor();
}

step('signs up, with problems explained where they are', both, async () => {
  const { page } = ann;
  await page.goto('/register');
  await page.getByLabel('Username').fill('A');
  await page.getByLabel('E-mail').fill('ann@example.org');
  await page.getByRole('textbox', { name: 'Password' }).fill('short');
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.getByRole('alert').first().waitFor();
  await Promise.all([signUp(ann), signUp(bob)]);
  assert.equal(await page.evaluate(() => document.cookie), '', 'no script can read the session');
  await page.evaluate(() => localStorage.clear());
  await page.reload();
  await page.getByText('Your feed is empty').waitFor();
});

step('finds somebody and follows them', both, async () => {
  const { page } = bob;
  await page.getByRole('link', { name: 'Find people' }).click();
  await page.getByRole('searchbox').fill('@ann');
  await page.getByRole('button', { name: 'Follow: Ann' }).click();
  await page.getByRole('button', { name: 'Following: Ann' }).waitFor();
  await page.getByRole('link', { name: 'Home', exact: true }).click();
});

step('posts a photo, which arrives at the other’s open page', both, async () => {
  const { page } = ann;
  await page.getByRole('button', { name: 'Write' }).click();
  await page.getByRole('textbox', { name: 'Text' }).fill('The #garden is awake, @bo');
  await page.getByRole('option', { name: /@bob/ }).click();
  const buffer = await (await photoLike(1200, 800)).jpeg().toBuffer();
  // It is described before it has arrived.
  const { promise: described, resolve: sendIt } = Promise.withResolvers<void>();
  await page.route('**/v1/blobs/**', async (route) => {
    await described;
    await route.continue();
  });
  await page
    .locator('input[type=file]')
    .setInputFiles({ name: 'garden.jpg', mimeType: 'image/jpeg', buffer });
  await page.getByRole('button', { name: 'Describe' }).click();
  await page.getByLabel('Description').fill('Tulips at dawn');
  await page.getByRole('button', { name: 'Done' }).click();
  sendIt();
  await page.getByRole('button', { name: 'Post', exact: true }).click();
  await page.getByAltText('Tulips at dawn').waitFor();

  const shifts = await watchShifts(bob.page);
  await bob.page.getByRole('button', { name: '1 new post' }).click();
  await bob.page.getByAltText('Tulips at dawn').waitFor();
  await bob.page.reload();
  const photo = bob.page.getByAltText('Tulips at dawn');
  await photo.evaluate((image: HTMLImageElement) => image.decode());
  assert.equal(await shifts(), 0, 'nothing moves while a photo arrives');
  await photo.click();
  await bob.page.locator('.pswp--open').waitFor();
  await bob.page.keyboard.press('Escape');
  await bob.page.locator('.pswp').waitFor({ state: 'detached' });
});

step('posts a video, which the other plays', both, async () => {
  const { page } = ann;
  await bob.page.getByRole('link', { name: 'Home', exact: true }).click();
  await page.getByRole('link', { name: 'Home', exact: true }).click();
  await page.getByRole('button', { name: 'Write' }).click();
  await page.getByRole('textbox', { name: 'Text' }).fill('The gate creaks');
  await page.locator('input[type=file]').setInputFiles(clip);
  await page.getByRole('button', { name: 'Post', exact: true }).click();
  await page.getByRole('article').first().getByRole('button', { name: 'Play video' }).waitFor();

  await bob.page.getByRole('button', { name: '1 new post' }).click();
  const post = bob.page.getByRole('article').filter({ hasText: 'The gate creaks' });
  await post.getByRole('button', { name: 'Play video' }).click();
  const video = post.locator('video');
  await video.evaluate(
    (element: HTMLVideoElement) =>
      element.currentTime > 0 ||
      new Promise((resolve) => {
        const watch = () => element.currentTime > 0 && resolve(true);
        element.addEventListener('timeupdate', watch);
        watch();
      }),
  );
  assert.ok(await video.evaluate((element: HTMLVideoElement) => element.videoWidth > 0));
});

step('talks: a like, a comment, a reply, each told at once', both, async () => {
  const garden = bob.page.getByRole('article').filter({ hasText: '#garden' });
  await garden.getByRole('button', { name: 'Like', exact: true }).click();
  await ann.page.getByRole('link', { name: /Notifications.*unread/ }).waitFor();
  await garden.getByRole('link', { name: '0 comments' }).click();
  await bob.page.getByRole('textbox', { name: 'Write a comment' }).fill('On my way!');
  await bob.page.getByRole('button', { name: 'Send' }).click();
  await bob.page.getByText('On my way!').waitFor();

  await ann.page.getByRole('link', { name: /Notifications/ }).click();
  await ann.page.getByText('Bob reacted to your post').waitFor();
  await ann.page.getByText('Bob commented on your post').click();
  await ann.page.getByRole('button', { name: 'Reply' }).click();
  await ann.page.getByRole('textbox', { name: 'Reply to Bob' }).fill('Bring cake');
  await ann.page.keyboard.press('Control+Enter');
  await bob.page.getByText('Bring cake').waitFor();
});

step('edits with history, and finds the words again', both, async () => {
  const { page } = ann;
  await page.getByRole('button', { name: 'More about this post' }).click();
  await page.getByRole('menuitem', { name: 'Edit' }).click();
  await page.getByRole('textbox', { name: 'Text' }).fill('The #garden sleeps again');
  await page.getByRole('button', { name: 'Save' }).click();
  await bob.page.getByText('sleeps again').waitFor();
  await bob.page.getByRole('button', { name: 'More about this post' }).click();
  await bob.page.getByRole('menuitem', { name: 'Show earlier versions' }).click();
  await bob.page.getByText('is awake').waitFor();
  await bob.page.keyboard.press('Escape');
  await bob.page.getByRole('link', { name: 'Search' }).click();
  await bob.page.getByRole('searchbox').fill('sleeps');
  await bob.page.getByRole('article').getByText('sleeps again').waitFor();
});

step('keeps a draft, deletes with a way back', both, async () => {
  const { page } = bob;
  await page.getByRole('button', { name: 'Write' }).click();
  await page.getByRole('textbox', { name: 'Text' }).fill('Half a thought');
  await page.keyboard.press('Escape');
  await page.reload();
  await page.getByRole('button', { name: 'Write' }).click();
  assert.equal(await page.getByRole('textbox', { name: 'Text' }).inputValue(), 'Half a thought');
  await page.getByRole('button', { name: 'Post', exact: true }).click();
  await page.getByRole('link', { name: 'Home', exact: true }).click();
  const own = page.getByRole('article', { name: 'Post by Bob' });
  await own.getByRole('button', { name: 'More about this post' }).click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await own.waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Undo' }).click();
  await own.waitFor();
});

step('blocks, and neither is there for the other', both, async () => {
  const { page } = ann;
  await page.goto('/@bob');
  await page.getByRole('button', { name: 'More about Bob' }).click();
  await page.getByRole('menuitem', { name: 'Block' }).click();
  await page.getByRole('button', { name: 'Block' }).click();
  await page.getByText('You have blocked Bob.').waitFor();
  await bob.page.goto('/@ann');
  await bob.page.getByText('There is nothing here').waitFor();
});

it('gives the browser nothing to complain about', () => {
  assert.deepEqual([...ann.complaints, ...bob.complaints], []);
});
