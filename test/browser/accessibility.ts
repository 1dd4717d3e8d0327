/** Every page in front of axe-core: those of a visitor, and those of somebody with something on each of them. */
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { photoLike } from '../../src/adapters/media-tools/testing/sample-images.ts';
import type { Visitor } from './visitors.ts';

const axeFile = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** Axe is put into the page, which the policy of what a page may do would refuse. */
export const watched = { bypassCSP: true, reducedMotion: 'reduce' } satisfies BrowserContextOptions;
export const phoneDark = { ...watched, viewport: { width: 390, height: 844 }, colorScheme: 'dark' } as const;
export const desktopLight = {
  ...watched,
  viewport: { width: 1440, height: 900 },
  colorScheme: 'light',
} as const;

/** Addresses, with words that are there once the page is whole. */
export const openPages: readonly [string, string][] = [
  ['/welcome', 'A place of your own'],
  ['/register', 'Create your account'],
  ['/login', 'Welcome back'],
  ['/reset', 'We send you a link'],
  ['/@rosa', 'Tulips again'],
  ['/nothing/here', 'There is nothing here'],
];
export const ownPages: readonly [string, string][] = [
  ['/', 'Mine, with'],
  ['/search', 'Look for somebody'],
  ['/search?q=tulips', 'Tulips again'],
  ['/search?q=ros&view=people', '@rosa'],
  ['/notifications', 'commented on your post'],
  ['/requests', 'No requests'],
  ['/@rosa', 'Tulips again'],
  ['/@rosa/followers', 'Followers of Rosa'],
  ['/@rosa?view=photos', 'Photos'],
  ['/files', 'plan.txt'],
  ['/files/in/Recipes', 'Nothing here yet'],
  ['/files/shared', 'Saturday walk'],
  ['/files/snapshots', 'Before the storm'],
  ['/files/snapshots/at?at=2100-01-01T00:00:00.000Z', 'plan.txt'],
  ['/files?q=plan', 'plan.txt'],
  ['/files/trash', 'Old menus'],
  ['/settings', 'About you'],
  ['/settings/privacy', 'Only people you accept'],
  ['/settings/account', 'Erases everything'],
  ['/settings/sessions', 'This device'],
  ['/settings/app-passwords', 'No app passwords'],
  ['/settings/people', 'You mute nobody'],
  ['/settings/look', 'Like this device'],
  ['/admin', 'Spam or advertising'],
  ['/admin?view=accounts', '@rosa'],
  ['/admin?view=invitations', 'No invitations'],
  ['/admin?view=server', 'Nothing was laid aside'],
];

export interface Furnished {
  postId: string;
}

type Ask = (visitor: Visitor, path: string, data: object) => Promise<{ id: string }>;

/** Something of everything: photos, a long text, comments, notifications, a report. */
export async function furnish(admin: Visitor, other: Visitor): Promise<Furnished> {
  const ask: Ask = async (visitor, path, data) => {
    const answer = await visitor.context.request.post(path, {
      data,
      headers: { origin: new URL(visitor.page.url()).origin },
    });
    if (!answer.ok()) throw new Error(`${path}: ${await answer.text()}`);
    return (await answer.json()) as { id: string };
  };
  await ask(other, '/v1/follow', { followeeId: `@${admin.name}` });
  await ask(admin, '/v1/follow', { followeeId: `@${other.name}` });
  const mediaId = await uploadPhoto(other);
  const text = `Tulips again #spring\n${'A long walk, then tea. '.repeat(40)}`;
  await ask(other, '/v1/posts', { text, mediaIds: [mediaId] });
  const own = await ask(admin, '/v1/posts', {
    title: 'A title',
    text: 'Mine, with https://example.org/a/link',
  });
  const first = await ask(other, '/v1/comments', { postId: own.id, comment: 'How true' });
  await ask(admin, '/v1/comments', { postId: own.id, comment: 'Thank you', parentId: first.id });
  await ask(other, '/v1/likes', { postId: own.id, reaction: 'love' });
  await ask(other, '/v1/reports', { postId: own.id, reason: 'spam', note: 'Look at this' });
  await keepFiles(admin, other, ask);
  await admin.page.getByRole('link', { name: /unread/ }).waitFor();
  await waitForPost(admin, 'tulips');
  return { postId: own.id };
}

/** Something in each of the places for files. */
async function keepFiles(owner: Visitor, other: Visitor, ask: Ask): Promise<void> {
  const headers = { origin: new URL(owner.page.url()).origin };
  await owner.context.request.put('/v1/files/content?path=/plan.txt', { data: 'Sow the beans', headers });
  await ask(owner, '/v1/folders', { path: '/Recipes' });
  await ask(owner, '/v1/snapshots', { name: 'Before the storm' });
  const old = await ask(owner, '/v1/folders', { path: '/Old menus' });
  await owner.context.request.delete(`/v1/files/${old.id}`, { headers });
  const walk = await ask(other, '/v1/folders', { path: '/Saturday walk' });
  await ask(other, `/v1/files/${walk.id}/shares`, { username: owner.name, role: 'editor' });
}

async function uploadPhoto({ context, page }: Visitor): Promise<string> {
  const buffer = await (await photoLike(1200, 900)).jpeg().toBuffer();
  const headers = { origin: new URL(page.url()).origin };
  const announced = await context.request.post('/v1/uploads', {
    data: { filename: 'a.jpg', contentType: 'image/jpeg', sizeBytes: buffer.length, alt: 'Tulips' },
    headers,
  });
  const upload = (await announced.json()) as {
    mediaId: string;
    url: string;
    headers: Record<string, string>;
  };
  await context.request.put(upload.url, { data: buffer, headers: upload.headers });
  return upload.mediaId;
}

const publishedMsMax = 60_000;
const askEveryMs = 100;

/** Until its photo is prepared it is its author's alone, and only then can it be found. */
async function waitForPost({ context }: Visitor, words: string): Promise<void> {
  const deadline = Date.now() + publishedMsMax;
  while (Date.now() < deadline) {
    const answer = await context.request.get(`/v1/search?type=posts&q=${words}`);
    if (answer.ok() && ((await answer.json()) as { items: unknown[] }).items.length > 0) return;
    await new Promise((resolve) => setTimeout(resolve, askEveryMs));
  }
  throw new Error(`the post about ${words} is not there`);
}

interface AxeResult {
  violations: { id: string; help: string; nodes: { html: string; failureSummary: string }[] }[];
}

interface Axe {
  run(options: { resultTypes: string[] }): Promise<AxeResult>;
}

export async function holdToAxe(page: Page, where: string): Promise<void> {
  await page.addScriptTag({ path: axeFile }).catch(() => {});
  const { violations } = await page.evaluate(() =>
    (window as unknown as { axe: Axe }).axe.run({ resultTypes: ['violations'] }),
  );
  const found = violations.map(
    ({ id, nodes }) =>
      `${id}: ${nodes.map(({ html, failureSummary }) => `${html}\n${failureSummary}`).join('\n')}`,
  );
  assert.deepEqual(found, [], where);
}

export async function open(page: Page, [path, words]: readonly [string, string]): Promise<void> {
  await page.goto(path);
  // What the server put there until the app had come.
  await page.locator('.served').waitFor({ state: 'detached' });
  await page.getByText(words).first().waitFor();
}

export async function holdPages(
  { page }: Visitor,
  pages: readonly (readonly [string, string])[],
  how: string,
): Promise<void> {
  for (const each of pages) {
    await open(page, each);
    await holdToAxe(page, `${each[0]}, ${how}`);
  }
}
