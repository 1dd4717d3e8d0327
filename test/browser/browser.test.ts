import assert from 'node:assert/strict';
import { it } from 'node:test';
import { launchBrowser } from './launch-browser.ts';

it('runs a Chromium that plays what Kith makes of videos', async () => {
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage();
    const type = 'video/mp4; codecs="avc1.42E01E, mp4a.40.2"';
    assert.ok(await page.evaluate((asked) => MediaSource.isTypeSupported(asked), type));
  } finally {
    await browser.close();
  }
});
