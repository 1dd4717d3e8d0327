import type { Page } from 'playwright-core';

type Take = (name: string, how?: { isUnderWay: boolean }) => Promise<void>;

/** Pictures of what opens over the pages for files. */
export async function takeFileDialogs(page: Page, take: Take): Promise<void> {
  const menuOf = (name: string) => page.getByRole('button', { name: `More about ${name}` }).click();
  await page.goto('/files/snapshots');
  await page.getByRole('link', { name: /Before the spring/ }).click();
  await page.getByRole('button', { name: 'Bring back everything' }).waitFor();
  await take('files-snapshot');
  await page.goto(`/files/snapshots/at?at=${new Date().toISOString()}`);
  await page.getByRole('button', { name: 'Bring back everything' }).waitFor();
  await take('files-moment');
  await page.goto('/files?q=rye');
  await page.getByText('in Recipes').waitFor();
  await take('files-search');
  await page.goto('/files');
  await menuOf('Price list.txt');
  await take('files-menu');
  await page.getByRole('menuitem', { name: 'Versions' }).click();
  await page.getByRole('button', { name: 'Make current' }).waitFor();
  await take('files-versions');
  await page.keyboard.press('Escape');
  await menuOf('Price list.txt');
  await page.getByRole('menuitem', { name: 'Share' }).click();
  await page.getByLabel('Address of the link').waitFor();
  await take('files-share');
  await page.keyboard.press('Escape');
  await menuOf('Price list.txt');
  await page.getByRole('menuitem', { name: 'Move', exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Recipes' }).click();
  await page.getByRole('button', { name: 'Move to Recipes' }).waitFor();
  await take('files-move');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: /^Low tide/ }).click();
  await page.getByRole('dialog').getByRole('img').waitFor();
  await take('files-preview');
  await page.keyboard.press('Escape');
  // One that has arrived and one that stands still.
  const sizes = { 'Barley.txt': 2100, 'Harbour, all day.mp4': 6 * 1024 * 1024 };
  await page.route('**/v1/files/uploads/*', () => {});
  await page.locator('input[type=file][multiple]').setInputFiles(
    Object.entries(sizes).map(([name, bytes]) => ({
      name,
      mimeType: 'application/octet-stream',
      buffer: Buffer.alloc(bytes),
    })),
  );
  await page.getByText('Uploaded').waitFor();
  await take('files-uploads', { isUnderWay: true });
  await page.getByRole('button', { name: /^Cancel Harbour/ }).click();
}
