import { after, before } from 'node:test';
import {
  desktopLight,
  furnish,
  holdPages,
  holdToAxe,
  open,
  openPages,
  ownPages,
  phoneDark,
} from './accessibility.ts';
import { openPlace, type Place, step, type Visitor } from './visitors.ts';

let place: Place;
let olga: Visitor;
let stranger: Visitor;
let postId: string;

before(async () => {
  place = await openPlace();
  olga = await place.member('olga', phoneDark);
  const rosa = await place.member('rosa', phoneDark);
  ({ postId } = await furnish(olga, rosa));
  stranger = await place.visit('stranger', desktopLight);
});
after(() => place.close());
const everybody = () => [olga, stranger];

/** One page of each kind, once; every page in both sizes and colours is in `accessibility.ci.ts`. */
const kinds = new Set([
  '/register',
  '/@rosa',
  '/',
  '/search?q=tulips',
  '/notifications',
  '/files',
  '/files/snapshots/at?at=2100-01-01T00:00:00.000Z',
  '/files?q=plan',
  '/settings',
  '/admin',
  '/admin?view=server',
]);
const oneOfEach = (pages: typeof ownPages) => pages.filter(([path]) => kinds.has(path));

step('leaves axe nothing to say about pages', everybody, async () => {
  await Promise.all([
    holdPages(stranger, oneOfEach(openPages), 'desktop, light'),
    holdPages(olga, oneOfEach(ownPages), 'phone, dark'),
  ]);
});

step('nor about what the server sends until the app is there', everybody, async () => {
  for (const [{ page }, path] of [
    [olga, '/'],
    [stranger, '/@rosa'],
    [stranger, `/p/${postId}`],
  ] as const) {
    // Not by a route of Playwright's: with one the browser says that it loads the page anew.
    const tools = await page.context().newCDPSession(page);
    await tools.send('Network.enable');
    await tools.send('Network.setBlockedURLs', { urls: ['*/assets/*.js'] });
    await page.goto(path);
    await page.locator('.served').waitFor();
    await holdToAxe(page, `${path} as it is served`);
    await tools.detach();
  }
});

step('nor about a post, its dialogs and menus', everybody, async () => {
  const { page } = olga;
  await open(page, [`/p/${postId}`, 'Thank you']);
  await page.getByRole('button', { name: 'More about this post' }).click();
  await holdToAxe(page, 'the menu of a post');
  await page.getByRole('menuitem', { name: 'Edit' }).click();
  await page.getByRole('dialog').waitFor();
  await holdToAxe(page, 'the composer');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: /reacted/ }).click();
  await page.getByRole('dialog').getByRole('link', { name: 'Rosa' }).waitFor();
  await holdToAxe(page, 'who reacted');
});
