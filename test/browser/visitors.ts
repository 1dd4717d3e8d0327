/** A server of its own and people who use it, each in a browser context of their own. */
import { it } from 'node:test';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { freshFolder, KithProcess, removeFolder } from '../e2e/kith-process.ts';
import { launchBrowser } from './launch-browser.ts';

export const password = 'tea with lemon';
const waitMsMax = 30_000;

export interface Visitor {
  name: string;
  page: Page;
  context: BrowserContext;
  /** What the browser complained about: errors of scripts, and of the policy of what a page may do. */
  complaints: string[];
}

export interface Place {
  url: string;
  browser: Browser;
  kith: KithProcess;
  /** Somebody without an account. */
  visit(name: string, options?: BrowserContextOptions): Promise<Visitor>;
  /** Somebody with one, on their feed; made without the pages, so that it costs little. */
  member(name: string, options?: BrowserContextOptions): Promise<Visitor>;
  close(): Promise<void>;
}

export async function openPlace(settings: Record<string, string> = {}): Promise<Place> {
  const folder = await freshFolder();
  const [kith, browser] = await Promise.all([KithProcess.start(folder, settings), launchBrowser()]);
  const { url } = kith;
  const visit = async (name: string, options: BrowserContextOptions = {}) => {
    const context = await browser.newContext({
      baseURL: url,
      locale: 'en-GB',
      serviceWorkers: 'block',
      ...options,
    });
    context.setDefaultTimeout(waitMsMax);
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) {
        complaints.push(message.text());
      }
    });
    return { name, page, context, complaints };
  };
  return {
    url,
    browser,
    kith,
    visit,
    async member(name, options) {
      const visitor = await visit(name, options);
      const { context, page } = visitor;
      await register(context, name);
      await page.goto('/login');
      await logIn(page, name);
      return visitor;
    },
    async close() {
      await browser.close();
      await kith.stop();
      await removeFolder(folder);
    },
  };
}

async function register(context: BrowserContext, name: string): Promise<void> {
  const displayName = name.charAt(0).toUpperCase() + name.slice(1);
  const data = { username: name, displayName, email: `${name}@example.org`, password };
  const answer = await context.request.post('/v1/users', { data });
  // Somebody may come a second time, with another browser.
  if (!answer.ok() && answer.status() !== 409 && answer.status() !== 422)
    throw new Error(await answer.text());
}

export async function logIn(page: Page, name: string): Promise<void> {
  await page.getByLabel('Username or e-mail').fill(name);
  await page.getByRole('textbox', { name: 'Password' }).fill(password);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('heading', { name: 'Home' }).waitFor();
}

/** Watches how far what is drawn moves by itself, from the next page on. */
export async function watchShifts(page: Page): Promise<() => Promise<number>> {
  await page.addInitScript(() => {
    const shifts = { total: 0 };
    Object.assign(window, { shifts });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as (PerformanceEntry & {
        value: number;
        hadRecentInput: boolean;
      })[])
        if (!entry.hadRecentInput) shifts.total += entry.value;
    }).observe({ type: 'layout-shift', buffered: true });
  });
  return () => page.evaluate(() => (window as unknown as { shifts: { total: number } }).shifts.total);
}

/** A step of a story. Where it fails, what everybody saw is told as well. */
export function step(name: string, visitors: () => readonly Visitor[], act: () => Promise<void>): void {
  it(name, async () => {
    try {
      await act();
    } catch (error) {
      const seen = visitors().map(async ({ name: who, page, complaints }) => {
        const text = await page.innerText('body').catch(() => 'nothing');
        return `${who} at ${page.url()} saw:\n${text}\n${complaints.join('\n')}`;
      });
      throw new Error(`${(error as Error).message}\n${(await Promise.all(seen)).join('\n\n')}`, {
        cause: error,
      });
    }
  });
}
