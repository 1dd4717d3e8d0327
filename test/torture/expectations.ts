import { BrokenPromise } from './api-client.ts';
import type { Visibility } from './ledger.ts';

/** A post as a list showed it. */
export interface SeenPost {
  id: string;
  text: string;
  visibility: Visibility;
  publishedAt: string;
  counts: { likes: number; comments: number };
}

const catchUpMsMax = 15_000;

/** For what follows the truth a little later, but in bounded time. */
export async function eventually<T>(check: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + catchUpMsMax;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (!(error instanceof BrokenPromise) || performance.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

export const markerOf = (text: string) => text.slice(0, text.indexOf(' '));

export function expectEqual(found: unknown, expected: unknown, what: string): void {
  if (found !== expected) throw new BrokenPromise(`${what}: ${found} instead of ${expected}`);
}
export function expectOnce(items: readonly unknown[], what: string): void {
  if (new Set(items).size === items.length) return;
  const twice = items.find((item, i) => items.indexOf(item) !== i);
  throw new BrokenPromise(`${what}: ${String(twice)} is there twice`);
}
export function expectNewestFirst(posts: readonly SeenPost[], what: string): void {
  for (let i = 1; i < posts.length; i++)
    if (posts[i]!.publishedAt > posts[i - 1]!.publishedAt)
      throw new BrokenPromise(`${what}: ${posts[i]!.id} stands below an older post`);
}
