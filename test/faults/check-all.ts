/** At rest: every promise against what the clients know, asked of every process that serves. */
import { eachLimited } from '../../src/lib/each-limited.ts';
import { type ApiClient, BrokenPromise } from '../torture/api-client.ts';
import { expectEqual, expectOnce } from '../torture/expectations.ts';
import type { Ledger, Person } from '../torture/ledger.ts';
import type { Operation } from '../torture/operation.ts';
import type { Random } from '../torture/random.ts';
import { atOnceMax, type Look, verifyTruth } from '../torture/verify.ts';
import { verifyNotifications, verifySearch } from '../torture/verify-derived.ts';

/** What follows the truth has so much time to catch up once everything is whole; less where something is wrong anyway. */
const catchUpMs = { max: 120_000, brokenMax: 5_000 };
const stepMs = 200;
const pageSize = 100;

export interface CheckOptions {
  apis: readonly ApiClient[];
  ledger: Ledger;
  random: Random;
  creations: readonly Operation[];
  say: (line: string) => void;
}

/** Answers every promise that was found broken. */
export async function checkAll({ apis, ledger, random, creations, say }: CheckOptions): Promise<string[]> {
  const broken: string[] = [];
  const soon = <T>(promise: () => Promise<T>) =>
    within(broken.length > 0 ? catchUpMs.brokenMax : catchUpMs.max, promise);
  const check = async (what: string, promise: () => Promise<unknown>) => {
    const startMs = performance.now();
    await promise().then(
      () => say(`  ${what}: held (${seconds(startMs)})`),
      (error: unknown) => {
        if (!(error instanceof BrokenPromise)) throw error;
        broken.push(`${what}: ${error.message}`);
        say(`  ${what}: BROKEN (${seconds(startMs)}): ${error.message}`);
      },
    );
  };
  for (const [i, api] of apis.entries()) {
    const at = `at process ${i + 1}`;
    const look: Look = { api, ledger, random: random.fork(at), isFull: true };
    await check(`what was acknowledged is there once, and counted right, ${at}`, () => verifyTruth(look));
    await check(`a repetition makes nothing twice, ${at}`, () => repeat(api, creations));
    await check(`feeds by relevance hold what feeds by time hold, ${at}`, () => verifyRelevant(api, ledger));
    await check(`notifications say what was done, ${at}`, () =>
      verifyPeople(ledger, (person) => soon(() => verifyNotifications(look, person))),
    );
    await check(`notifications of comments, ${at}`, () =>
      verifyPeople(ledger, (person) => soon(() => verifyCommentNotifications(api, ledger, person))),
    );
    await check(`search finds every open post and no other, ${at}`, () => verifySearches(look, soon));
  }
  return broken;
}

const seconds = (startMs: number) => `${((performance.now() - startMs) / 1000).toFixed(1)} s`;

type Soon = <T>(promise: () => Promise<T>) => Promise<T>;

async function within<T>(msMax: number, check: () => Promise<T>): Promise<T> {
  const endMs = performance.now() + msMax;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (!(error instanceof BrokenPromise) || performance.now() > endMs) throw error;
      await new Promise((wake) => setTimeout(wake, stepMs));
    }
  }
}

const verifyPeople = (ledger: Ledger, verify: (person: Person) => Promise<void>) =>
  eachLimited(ledger.people, atOnceMax, verify);

async function repeat(api: ApiClient, creations: readonly Operation[]): Promise<void> {
  await eachLimited(creations, atOnceMax, async ({ call, madeId }) => {
    const answer = await api.send(call);
    if (answer === 'unknown') throw new BrokenPromise(`${call.path}: no answer`);
    // What it was about may be gone by now.
    if (answer.status === 404) return;
    expectEqual(answer.body?.id, madeId?.(), `${call.path} with the key ${call.key} once more`);
  });
}

async function verifyRelevant(api: ApiClient, ledger: Ledger): Promise<void> {
  await eachLimited(ledger.people, atOnceMax, async (person) => {
    const [recent, relevant] = [await feedOf(api, person, 'recent'), await feedOf(api, person, 'relevant')];
    expectOnce(relevant, `the feed by relevance of ${person.username}`);
    const lacking = recent.filter((id) => !relevant.includes(id));
    if (lacking.length > 0)
      throw new BrokenPromise(
        `the feed by relevance of ${person.username} lacks ${lacking.length}: ${lacking[0]}`,
      );
    expectEqual(relevant.length, recent.length, `posts in the feed by relevance of ${person.username}`);
  });
}

async function feedOf(api: ApiClient, { id, token }: Person, order: string): Promise<string[]> {
  const found: string[] = [];
  for (let cursor = ''; ; ) {
    const suffix = cursor && `&cursor=${encodeURIComponent(cursor)}`;
    const page = await api.get(`/v1/feeds/${id}?order=${order}&limit=${pageSize}${suffix}`, token);
    for (const { post } of page.items) found.push(post.id);
    if (page.nextCursor === null) return found;
    cursor = page.nextCursor;
  }
}

/** At least everybody who still has a comment there; somebody twice where the first was read before the second. */
async function verifyCommentNotifications(api: ApiClient, ledger: Ledger, person: Person): Promise<void> {
  const items = await api.list('/v1/notifications', person.token);
  for (const post of ledger.posts) {
    if (post.author !== person || !post.id || typeof post.text.sure !== 'string') continue;
    const groups = items.filter((item) => item.kind === 'comment' && item.post?.id === post.id);
    const told = groups.reduce((sum, { actorCount }) => sum + actorCount, 0);
    const people = new Set(
      post.comments.filter(({ text }) => typeof text.sure === 'string').map(({ author }) => author),
    );
    if (told < people.size || (people.size === 0 && told > 0))
      throw new BrokenPromise(
        `notifications of ${person.username}: ${told} people commented on ${post.id}, not ${people.size}`,
      );
  }
}

async function verifySearches(look: Look, soon: Soon): Promise<void> {
  const { api, ledger } = look;
  const known = ledger.posts.filter(
    ({ id, visibility, text }) => id && visibility.sure === 'public' && text.sure !== undefined,
  );
  await eachLimited(known, atOnceMax, (post) => soon(() => verifySearch(look, post)));
  await eachLimited(ledger.people, atOnceMax, (person) =>
    soon(async () => {
      const { items } = await api.get(`/v1/search?q=${person.username}&type=users`, person.token);
      const found = items.some(({ id }: { id: string }) => id === person.id);
      expectEqual(found, true, `search finds ${person.username}`);
    }),
  );
}
