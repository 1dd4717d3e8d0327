/** What an administrator does with reports, accounts and the server, by the pages alone. */
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { openPlace, type Place, step, type Visitor } from './visitors.ts';

let place: Place;
let olga: Visitor;
let rosa: Visitor;
const everybody = () => [olga, rosa];

const post = async ({ context }: Visitor, path: string, data: object): Promise<{ id: string }> => {
  const answer = await context.request.post(path, { data, headers: { origin: place.url } });
  assert.ok(answer.ok(), await answer.text());
  return (await answer.json()) as { id: string };
};

before(async () => {
  place = await openPlace();
  olga = await place.member('olga');
  rosa = await place.member('rosa');
});
after(() => place.close());

step('settles a report by removing what it is about', everybody, async () => {
  const { id: postId } = await post(rosa, '/v1/posts', { text: 'Buy my pills' });
  await post(olga, '/v1/reports', { postId, reason: 'spam', note: 'Again' });
  const { page } = olga;
  await page.getByRole('link', { name: 'Administration' }).click();
  await page.getByText('Buy my pills').waitFor();
  await page.getByRole('button', { name: 'Remove it: Spam or advertising, Rosa', exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove it' }).click();
  await page.getByText('No open reports').waitFor();
  assert.equal((await rosa.context.request.get(`/v1/posts/${postId}`)).status(), 404);
});

step('closes an account and opens it again, and makes a link for a new password', everybody, async () => {
  const { page } = olga;
  const choose = async (words: string) => {
    await page.getByRole('button', { name: 'More about Rosa' }).click();
    await page.getByRole('menuitem', { name: words }).click();
  };
  await page.getByRole('button', { name: 'Accounts' }).click();
  await choose('Close account');
  await page.getByText('inactive').waitFor();
  await choose('Reopen');
  await page.getByText('inactive').waitFor({ state: 'detached' });
  await choose('Link for a new password');
  const address = await page.getByRole('dialog').locator('code').innerText();
  await page.keyboard.press('Escape');
  await rosa.page.goto(new URL(address).pathname);
  await rosa.page.getByText('Choose a new password').waitFor();
});

step('sees how the server is, and has tried again what was laid aside', everybody, async () => {
  const { page } = olga;
  const answer = await olga.context.request.get('/v1/users/@rosa');
  const { id: ownerId } = (await answer.json()) as { id: string };
  const laidAside = {
    mediaId: '00000000001',
    ownerId,
    filename: 'harbour.mov',
    tries: 6,
    error: 'The encoder ended.',
    failedAt: '2026-05-01T10:00:00.000Z',
  };
  let items = [laidAside];
  await page.route('**/v1/admin/media/failed*', (route) =>
    route.fulfill({ json: { items, nextCursor: null } }),
  );
  await page.route('**/v1/admin/media/00000000001/retry', (route) => {
    items = [];
    return route.fulfill({ status: 204 });
  });
  await page.getByRole('button', { name: 'Server' }).click();
  await page.getByText('Everything works').waitFor();
  await page.getByText(/ of .* free/).waitFor();
  await page.getByText('Photos and videos to be prepared').waitFor();
  const line = page.getByRole('listitem').filter({ hasText: 'harbour.mov' });
  await line.getByRole('link', { name: 'Rosa' }).waitFor();
  await page.reload();
  await line.getByRole('button', { name: 'Try again: harbour.mov', exact: true }).click();
  await page.getByText('Nothing was laid aside').waitFor();
});

step('hears of each button in a list what it is about', everybody, async () => {
  const { page } = olga;
  await page.getByRole('button', { name: 'Invitations' }).click();
  for (const count of [1, 2]) {
    await page.getByRole('button', { name: 'Make an invitation' }).click();
    await page
      .getByRole('button', { name: /^Copy: / })
      .nth(count - 1)
      .waitFor();
  }
  const [, url] = await page.getByRole('main').locator('code').allInnerTexts();
  await page.getByRole('button', { name: `Revoke: ${url}`, exact: true }).click();
  await page.getByText(url!).waitFor({ state: 'detached' });
  await page.getByRole('button', { name: /^Revoke: / }).waitFor();
  await post(olga, '/v1/users/me/app-passwords', { name: 'phone' });
  await page.goto('/settings/app-passwords');
  await page.getByRole('button', { name: 'Remove: phone', exact: true }).click();
  await page.getByText('No app passwords').waitFor();
  const { id: rosaId } = (await (await olga.context.request.get('/v1/users/@rosa')).json()) as { id: string };
  const headers = { origin: place.url };
  assert.ok((await olga.context.request.put(`/v1/blocks/${rosaId}`, { headers })).ok());
  await page.goto('/settings/people');
  await page.getByRole('button', { name: 'Unblock: Rosa', exact: true }).click();
  await page.getByText('You block nobody').waitFor();
  // Whoever registered that way has a session left over.
  await page.goto('/settings/sessions');
  const end = page.getByRole('button', { name: /^End session: .+, Last used / });
  const count = await end
    .first()
    .waitFor()
    .then(() => end.count());
  await end.first().click();
  await page.getByText('Session ended').waitFor();
  await end.nth(count - 1).waitFor({ state: 'detached' });
});

it('gives the browser nothing to complain about', () => {
  assert.deepEqual([...olga.complaints, ...rosa.complaints], []);
});
