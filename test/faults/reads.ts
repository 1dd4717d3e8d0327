import { BrokenPromise } from '../torture/api-client.ts';
import { expectOnce } from '../torture/expectations.ts';
import type { Ledger, Person } from '../torture/ledger.ts';
import { pickMaybe } from '../torture/operation.ts';
import type { Random } from '../torture/random.ts';
import type { RequestKind } from './availability.ts';
import type { RetryingClient } from './retrying-client.ts';

interface Reading {
  client: RetryingClient;
  me: Person;
  ledger: Ledger;
  random: Random;
}
type Read = (reading: Reading) => Promise<void>;

/** A page of somebody's; undefined where nobody answered, or where it is gone and may be. */
async function page(
  { client, me }: Reading,
  path: string,
  { kind = 'read', mayBeGone = false }: { kind?: RequestKind; mayBeGone?: boolean } = {},
  // biome-ignore lint/suspicious/noExplicitAny: bodies of many routes.
): Promise<any> {
  const { answer } = await client.send({ method: 'GET', path, token: me.token }, kind);
  if (answer === 'unknown' || (mayBeGone && answer.status === 404)) return undefined;
  if (answer.status !== 200) throw new BrokenPromise(`GET ${path}: ${JSON.stringify(answer)}`);
  return answer.body;
}

/** Two pages: whatever happens meanwhile, nothing comes twice, and nothing that is another's alone. */
const feed =
  (order: 'recent' | 'relevant'): Read =>
  async (reading) => {
    const { me } = reading;
    const path = `/v1/feeds/${me.id}?limit=30&order=${order}`;
    const first = await page(reading, path);
    if (!first) return;
    const second =
      first.nextCursor === null
        ? undefined
        : await page(reading, `${path}&cursor=${encodeURIComponent(first.nextCursor)}`);
    const items = [...first.items, ...(second?.items ?? [])];
    expectOnce(
      items.map(({ post }) => post.id),
      `the ${order} feed of ${me.username}`,
    );
    const hidden = items.find(({ post }) => post.visibility === 'only-me' && post.author.id !== me.id);
    if (hidden)
      throw new BrokenPromise(`the feed of ${me.username} shows ${hidden.post.id}, which is another’s alone`);
  };

const aPost =
  (rest: string): Read =>
  async (reading) => {
    const { ledger, random } = reading;
    const open = ledger.posts.slice(-100).filter(({ id, visibility }) => id && visibility.sure === 'public');
    const post = pickMaybe(random, open);
    if (post) await page(reading, `/v1/posts/${post.id}${rest}`, { mayBeGone: true });
  };

const somebody =
  (rest: string): Read =>
  async (reading) => {
    const { ledger, random, me } = reading;
    const whom = random.pick(ledger.people);
    // Blocks lie between the people of one client.
    await page(reading, `/v1/users/${whom.id}${rest}`, { mayBeGone: whom.client === me.client });
  };

const notifications: Read = async (reading) => {
  const found = await page(reading, '/v1/notifications');
  if (found?.items[0]) reading.me.newestNotification = found.items[0].id;
};

const search: Read = async (reading) => {
  const { ledger, random } = reading;
  const post = pickMaybe(random, ledger.posts.slice(-100));
  if (post) await page(reading, `/v1/search?q=${post.marker}&type=posts`, { kind: 'search' });
};

const reads: [weight: number, read: Read][] = [
  [30, feed('recent')],
  [12, feed('relevant')],
  [12, somebody('')],
  [8, somebody('/posts')],
  [4, somebody('/followers')],
  [10, aPost('')],
  [6, aPost('/comments')],
  [4, aPost('/likes')],
  [8, notifications],
  [6, search],
];

export function nextRead(random: Random): Read {
  let drawn = random.below(reads.reduce((sum, [weight]) => sum + weight, 0));
  for (const [weight, read] of reads) {
    if (drawn < weight) return read;
    drawn -= weight;
  }
  return reads[0]![1];
}
