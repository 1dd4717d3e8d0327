/** A lost connection: the app opens, shows the last feed, and sends later what was written meanwhile, once. */
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { openPlace, type Place, type Visitor } from './visitors.ts';

let place: Place;
let ida: Visitor;

before(async () => {
  place = await openPlace();
  ida = await place.member('ida', { serviceWorkers: 'allow' });
});
after(() => place.close());

it('opens without a network, and sends what was written when it is back', async () => {
  const { page, context } = ida;
  const headers = { origin: place.url };
  await context.request.post('/v1/posts', { data: { text: 'Before the tunnel' }, headers });
  await page.getByText('Before the tunnel').waitFor();
  await page.evaluate(async () => (await navigator.serviceWorker.ready).active !== null);
  await page.reload();
  await page.getByText('Before the tunnel').waitFor();

  await context.setOffline(true);
  await page.reload();
  await page.getByText('You are offline').waitFor();
  await page.getByText('Before the tunnel').waitFor();
  await page.getByRole('button', { name: 'Write' }).click();
  await page.getByRole('textbox', { name: 'Text' }).fill('From the tunnel');
  await page.getByRole('button', { name: 'Post', exact: true }).click();
  await page.getByText('Waiting for a connection').waitFor();
  await page.reload();
  await page.getByText('Waiting for a connection').waitFor();

  await context.setOffline(false);
  await page.getByText('Waiting for a connection').waitFor({ state: 'detached' });
  await page.getByRole('article').getByText('From the tunnel').waitFor();
  const answer = await context.request.get('/v1/users/@ida/posts');
  const { items } = (await answer.json()) as { items: { text: string }[] };
  assert.deepEqual(
    items.map(({ text }) => text),
    ['From the tunnel', 'Before the tunnel'],
  );
});
