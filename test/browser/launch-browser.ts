/**
 * A Chromium for tests: the one among the dependencies, which needs Linux on x64, or an installed Chrome elsewhere
 * (named by CHROME_PATH, or where Chrome usually lies).
 */
import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const installedPlaces = [
  process.env['CHROME_PATH'],
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  '/usr/bin/google-chrome',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
];

/** Close it when done; it ends with this process in any case. */
export async function launchBrowser(): Promise<Browser> {
  const packed = process.platform === 'linux' && process.arch === 'x64' && !process.env['CHROME_PATH'];
  if (packed) {
    const { default: bundled } = await import('@sparticuz/chromium');
    const executablePath = await bundled.executablePath();
    return chromium.launch({ executablePath, args: [...steadyArgs, '--no-sandbox'] });
  }
  const executablePath = installedPlaces.find((path) => path && existsSync(path));
  if (!executablePath) throw new Error('These tests need Chrome: set CHROME_PATH to it.');
  return chromium.launch({ executablePath, args: steadyArgs });
}

/** What keeps a browser without a screen or graphics from slowing down or failing. */
const steadyArgs = ['--disable-gpu', '--disable-dev-shm-usage', '--hide-scrollbars', '--mute-audio'];
