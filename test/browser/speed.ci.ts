/** How a slow phone on a slow network fares, and a long scroll. Wants the machine to itself. */
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import type { Page } from 'playwright-core';
import { openPlace, type Place, type Visitor } from './visitors.ts';

const firstVisitMsAim = 2000;
const returnMsAim = 1000;
/** What Chromium's own tools call fast 3G. */
const fast3g = { offline: false, latency: 562.5, downloadThroughput: 180_000, uploadThroughput: 84_375 };
const slowdown = 4;
const postsMade = 2000;
const rowsMax = 40;
/** Of memory in use after the whole feed, over what its first pages take. */
const growthMax = 3;

let place: Place;
let lea: Visitor;

before(async () => {
  place = await openPlace();
  lea = await place.member('lea', { serviceWorkers: 'allow', viewport: { width: 390, height: 844 } });
  const headers = { origin: place.url };
  for (let i = 0; i < postsMade; i += 50) {
    await Promise.all(
      Array.from({ length: 50 }, (_, k) =>
        lea.context.request.post('/v1/posts', {
          data: { text: `Post ${i + k}. ${'Words. '.repeat(k)}` },
          headers,
        }),
      ),
    );
  }
});
after(() => place.close());

async function throttle(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send('Network.enable');
  await session.send('Network.emulateNetworkConditions', fast3g);
  await session.send('Emulation.setCPUThrottlingRate', { rate: slowdown });
}

/** From the navigation to the first words of somebody's post. */
async function readableMs(page: Page): Promise<number> {
  await page.locator('article .words').first().waitFor();
  return page.evaluate(() => performance.now());
}

it('reads soon on a first visit, and sooner on a return', async () => {
  const fresh = await place.visit('lea', { storageState: await lea.context.storageState() });
  await throttle(fresh.page);
  await fresh.page.goto('/', { waitUntil: 'commit' });
  const firstMs = await readableMs(fresh.page);

  await lea.page.reload();
  await lea.page.evaluate(async () => (await navigator.serviceWorker.ready).active);
  const again = await lea.context.newPage();
  await throttle(again);
  await again.goto('/', { waitUntil: 'commit' });
  const returnMs = await readableMs(again);
  // Said and not held to: how busy the machine is would decide.
  console.log(
    `first visit ${Math.round(firstMs)} ms (aim: ${firstVisitMsAim}), return ${Math.round(returnMs)} ms (aim: ${returnMsAim})`,
  );
  await again.close();
});

/** Until the app has taken the place of what the server sent. */
const isTakenOver = (page: Page) => page.locator('.post-row').first().waitFor();

it('scrolls through 2,000 posts with as few in the page as at first, and without shifts', async () => {
  const { page } = await place.visit('lea', { storageState: await lea.context.storageState() });
  await page.goto('/');
  await isTakenOver(page);
  const heap = async () => {
    const session = await page.context().newCDPSession(page);
    await session.send('HeapProfiler.collectGarbage');
    const { usedSize } = await session.send('Runtime.getHeapUsage');
    return usedSize;
  };
  const before = await heap();
  let rowsSeenMax = 0;
  const end = page.getByText('You have seen everything');
  while (!(await end.isVisible()) || ((await end.boundingBox())?.y ?? 0) > 900) {
    await page.mouse.wheel(0, 4000);
    await page.waitForTimeout(30);
    rowsSeenMax = Math.max(rowsSeenMax, await page.locator('.post-row').count());
  }
  const growth = (await heap()) / before;
  console.log(`at most ${rowsSeenMax} posts in the page; memory grew ${growth.toFixed(2)} times`);
  assert.ok(rowsSeenMax <= rowsMax, `${rowsSeenMax} posts in the page`);
  assert.ok(growth < growthMax, `memory grew ${growth} times`);
});

it('keeps the place over a visit elsewhere and over a reload', async () => {
  const { page } = lea;
  await page.goto('/');
  await isTakenOver(page);
  for (let i = 0; i < 12; i++) {
    await page.mouse.wheel(0, 1500);
    await page.waitForTimeout(80);
  }
  const seen = () =>
    page.evaluate(() => {
      const rows = [...document.querySelectorAll<HTMLElement>('.post-row')];
      const top = rows.find((row) => row.getBoundingClientRect().bottom > 100)!;
      return { text: top.textContent, y: Math.round(top.getBoundingClientRect().top) };
    });
  const place = await seen();
  await page
    .getByRole('link', { name: /comment/ })
    .nth(3)
    .click();
  await page.getByText('No comments yet').waitFor();
  await page.goBack();
  await isTakenOver(page);
  assert.deepEqual(await seen(), place, 'after going back');
  await page.reload();
  await isTakenOver(page);
  assert.deepEqual(await seen(), place, 'after a reload');
});
