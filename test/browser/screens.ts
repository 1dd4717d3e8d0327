/** `npm run screens [FOLDER]`: pictures of every page, on a phone and a desktop, light and dark; default `screens/`. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { takeFileDialogs } from './file-screens.ts';
import { furnishPictures } from './pictured-world.ts';
import { logIn, openPlace, type Place } from './visitors.ts';

const folder = process.argv[2] ?? join(import.meta.dirname, '../../screens');
const sizes = { phone: { width: 390, height: 844 }, desktop: { width: 1440, height: 900 } };
/** Photos and fonts have arrived, and nothing is under way. */
const settled = async (page: Page) => {
  await page.locator('.served').waitFor({ state: 'detached' });
  await page.waitForLoadState('networkidle').catch(() => {});
  await page.evaluate(() => document.fonts.ready);
};

const open = {
  welcome: '/welcome',
  register: '/register',
  login: '/login',
  reset: '/reset',
  visitor: '/@maren',
};
const own = (postId: string) => ({
  home: '/',
  post: `/p/${postId}`,
  profile: '/@maren',
  'profile-photos': '/@tobias?view=photos',
  people: '/@maren/followers',
  search: '/search',
  'search-posts': '/search?q=rye',
  'search-people': '/search?q=a&view=people',
  notifications: '/notifications',
  requests: '/requests',
  settings: '/settings',
  privacy: '/settings/privacy',
  account: '/settings/account',
  sessions: '/settings/sessions',
  'app-passwords': '/settings/app-passwords',
  'blocked-and-muted': '/settings/people',
  look: '/settings/look',
  admin: '/admin',
  'admin-accounts': '/admin?view=accounts',
  'admin-invitations': '/admin?view=invitations',
  'admin-server': '/admin?view=server',
  files: '/files',
  'files-folder': '/files/in/Recipes',
  'files-empty': '/files/in/Recipes/Holidays',
  'files-shared': '/files/shared',
  'files-snapshots': '/files/snapshots',
  'files-trash': '/files/trash',
  absent: '/p/nothing',
});

const place = await openPlace();
try {
  await mkdir(folder, { recursive: true });
  const { postId } = await furnishPictures(place.url);
  for (const [size, viewport] of Object.entries(sizes)) {
    for (const colorScheme of ['light', 'dark'] as const) {
      await photograph(place, postId, `${size}-${colorScheme}`, { viewport, colorScheme });
    }
  }
  console.log(`The pictures are in ${folder}.`);
} finally {
  await place.close();
}

async function photograph(at: Place, postId: string, kind: string, options: object): Promise<void> {
  const { page, context } = await at.visit('maren', { reducedMotion: 'reduce', ...options });
  const take = async (name: string, { isUnderWay } = { isUnderWay: false }) => {
    if (!isUnderWay) await settled(page);
    await page.screenshot({ path: join(folder, `${name}-${kind}.png`) });
  };
  for (const [name, path] of Object.entries(open)) {
    await page.goto(path);
    await take(name);
  }
  await page.goto('/login');
  await logIn(page, 'maren');
  for (const [name, path] of Object.entries(own(postId))) {
    await page.goto(path);
    await page.locator('main h1, main .notice').first().waitFor();
    await take(name);
  }
  await takeFileDialogs(page, take);
  await page.goto('/');
  await page.getByRole('button', { name: 'Write' }).click();
  await page.getByRole('textbox', { name: 'Text' }).fill('The last of the plums are in the oven, @am');
  await page.getByRole('textbox', { name: 'Text' }).press('End');
  await page.getByRole('option', { name: /@amina/ }).waitFor();
  await take('composer');
  await context.close();
}
