import { eachLimited } from '../../src/lib/each-limited.ts';
import { type ApiClient, BrokenPromise } from './api-client.ts';
import {
  eventually,
  expectEqual,
  expectNewestFirst,
  expectOnce,
  markerOf,
  type SeenPost,
} from './expectations.ts';
import type { Ledger, Person, Post } from './ledger.ts';
import type { Random } from './random.ts';
import { verifyInteractions } from './verify-interactions.ts';

export interface Look {
  api: ApiClient;
  ledger: Ledger;
  random: Random;
  /** Everything, instead of what changed and a sample. */
  isFull: boolean;
}

export const atOnceMax = 12;
const feedItemsMax = 300;
const touchedMax = 150;
const oldSample = 30;

/** Checks every promise about the truth, at once after a restart. What was open is settled by what is seen. */
export async function verifyTruth(look: Look): Promise<void> {
  const { ledger } = look;
  const following = await verifyGraphSoon(look);
  const lists = new Map<Person, SeenPost[]>();
  await eachLimited(ledger.people, atOnceMax, async (person) => {
    lists.set(person, await verifyPostsOf(look, person));
  });
  await eachLimited(ledger.people, atOnceMax, (person) =>
    verifyProfile(look, person, countedPosts(lists.get(person)!)),
  );
  await eachLimited(ledger.people, atOnceMax, (person) => verifyFeed(look, person, { following, lists }));
  await verifyTouched(look, lists);
  await verifyIdsGoOn(look);
}

/**
 * A block ends one's own follow at once and the other's right after: one that went unanswered may find it half done,
 * and is finished by a consumer. Lists hide blocked people, so only the counts show it.
 */
function verifyGraphSoon(look: Look): Promise<Map<Person, Set<Person>>> {
  return look.ledger.hasOpenBlock ? eventually(() => verifyGraph(look)) : verifyGraph(look);
}

/** Answers whom each person follows, as the lists say. */
async function verifyGraph({ api, ledger }: Look): Promise<Map<Person, Set<Person>>> {
  const byId = new Map(ledger.people.map((person) => [person.id, person]));
  const following = new Map<Person, Set<Person>>();
  const followers = new Map<Person, Set<Person>>();
  const listed = async (person: Person, which: 'following' | 'followers') => {
    const items = await api.list(`/v1/users/${person.id}/${which}`, person.token);
    const people = items.map(({ id }) => byId.get(id));
    expectOnce(people, `${which} of ${person.username}`);
    return new Set(people.filter((each) => each !== undefined));
  };
  await eachLimited(ledger.people, atOnceMax, async (person) => {
    following.set(person, await listed(person, 'following'));
    followers.set(person, await listed(person, 'followers'));
  });
  for (const from of ledger.people)
    for (const to of ledger.people) {
      const follows = following.get(from)!.has(to);
      const what = `${from.username} follows ${to.username}`;
      ledger.follow(from, to).seen(follows, what);
      if (followers.get(to)!.has(from) !== follows)
        throw new BrokenPromise(`${what} is ${follows} in one list and not so in the other`);
    }
  await eachLimited(ledger.people, atOnceMax, async (person) => {
    const blocked = await api.list('/v1/blocks', person.token);
    const ids = new Set(blocked.map(({ id }) => id));
    for (const other of ledger.people)
      ledger.block(person, other).seen(ids.has(other.id), `${person.username} blocks ${other.username}`);
    const { counts } = await api.get('/v1/users/me', person.token);
    expectEqual(counts.following, following.get(person)!.size, `following counted for ${person.username}`);
    expectEqual(counts.followers, followers.get(person)!.size, `followers counted for ${person.username}`);
  });
  return following;
}

async function verifyProfile({ api, ledger }: Look, person: Person, posts: number): Promise<void> {
  const me = await api.get('/v1/users/me', person.token);
  person.displayName.seen(me.displayName, `the name of ${person.username}`);
  expectEqual(me.counts.posts, posts, `posts counted for ${person.username}`);
  ledger.noteId(me.id);
}

/** Posts for oneself alone are not counted. */
const countedPosts = (posts: readonly SeenPost[]) =>
  posts.filter(({ visibility }) => visibility !== 'only-me').length;

async function verifyPostsOf({ api, ledger }: Look, author: Person): Promise<SeenPost[]> {
  const items: SeenPost[] = await api.list(`/v1/users/${author.id}/posts`, author.token);
  expectOnce(
    items.map(({ id }) => id),
    `posts of ${author.username}`,
  );
  expectNewestFirst(items, `posts of ${author.username}`);
  const byMarker = new Map(items.map((item) => [markerOf(item.text), item]));
  expectEqual(byMarker.size, items.length, `posts of ${author.username}, each once`);
  for (const post of ledger.posts) {
    if (post.author !== author) continue;
    const item = byMarker.get(post.marker);
    byMarker.delete(post.marker);
    const what = `post ${post.marker} (${post.id ?? 'no id'}) of ${author.username}`;
    post.text.seen(item?.text ?? null, what);
    if (!item) continue;
    if (post.id && post.id !== item.id) throw new BrokenPromise(`${what} is there as ${item.id}`);
    post.id = item.id;
    post.visibility.seen(item.visibility, `the visibility of ${what}`);
    ledger.noteId(item.id);
  }
  if (byMarker.size > 0)
    throw new BrokenPromise(
      `${author.username} has posts nobody wrote, or deleted ones: ${[...byMarker.keys()]}`,
    );
  return items;
}

interface Truth {
  following: Map<Person, Set<Person>>;
  lists: Map<Person, SeenPost[]>;
}

/** The feed against the naive answer: everything that the people followed, and oneself, have in their lists. */
async function verifyFeed({ api, isFull }: Look, reader: Person, { following, lists }: Truth): Promise<void> {
  const what = `the feed of ${reader.username}`;
  const expected = new Map<string, SeenPost>();
  for (const author of [reader, ...following.get(reader)!])
    for (const post of lists.get(author)!)
      if (author === reader || post.visibility !== 'only-me') expected.set(post.id, post);
  const max = isFull ? Number.POSITIVE_INFINITY : feedItemsMax;
  const items = await api.list(`/v1/feeds/${reader.id}`, reader.token, max);
  const posts: SeenPost[] = items.map(({ post }) => post);
  expectOnce(
    posts.map(({ id }) => id),
    what,
  );
  expectNewestFirst(posts, what);
  for (const { id, text } of posts) {
    const listed = expected.get(id);
    if (!listed) throw new BrokenPromise(`${what} shows ${id}, which belongs in nobody's list of theirs`);
    expectEqual(text, listed.text, `${what}: text of ${id}`);
    expected.delete(id);
  }
  const reached = posts.length >= max ? posts.at(-1)!.publishedAt : '';
  const missing = [...expected.values()].filter(({ publishedAt }) => publishedAt > reached);
  if (missing.length > 0)
    throw new BrokenPromise(`${what} lacks ${missing.length} posts, among them ${missing[0]!.id}`);
}

async function verifyTouched(look: Look, lists: Map<Person, SeenPost[]>): Promise<void> {
  const { api, ledger, random, isFull } = look;
  const touched = [...ledger.touched];
  const old = ledger.posts.filter((post) => !ledger.touched.has(post));
  const chosen = isFull ? ledger.posts : [...touched.slice(0, touchedMax), ...sample(random, old, oldSample)];
  const seen = new Map([...lists.values()].flat().map((item) => [item.id, item]));
  await eachLimited(chosen, atOnceMax, async (post) => {
    const item = post.id && seen.get(post.id);
    if (item) await verifyInteractions(look, post, item);
    else if (post.id) await verifyGone(api, post);
    ledger.touched.delete(post);
  });
}

async function verifyGone(api: ApiClient, post: Post): Promise<void> {
  const answer = await api.send({ method: 'GET', path: `/v1/posts/${post.id}`, token: post.author.token });
  if (answer === 'unknown' || answer.status !== 404)
    throw new BrokenPromise(`the deleted post ${post.id} answers ${JSON.stringify(answer)}`);
}

/** A post written now has a larger id than anything seen before the crash. */
async function verifyIdsGoOn({ api, ledger, random }: Look): Promise<void> {
  const author = random.pick(ledger.people);
  const body = { text: `${ledger.newMarker('i')} first after a restart`, visibility: 'only-me' };
  const made = await api.send({ method: 'POST', path: '/v1/posts', token: author.token, body });
  if (made === 'unknown' || made.status !== 201)
    throw new BrokenPromise(`a first post after a restart: ${JSON.stringify(made)}`);
  if (made.body.id <= ledger.idMax)
    throw new BrokenPromise(`ids went back: ${made.body.id} after ${ledger.idMax}`);
  ledger.noteId(made.body.id);
  const gone = await api.send({ method: 'DELETE', path: `/v1/posts/${made.body.id}`, token: author.token });
  if (gone === 'unknown' || gone.status !== 204)
    throw new BrokenPromise(`deleting a post: ${JSON.stringify(gone)}`);
}

function sample<T>(random: Random, from: readonly T[], count: number): T[] {
  return from.length === 0 ? [] : Array.from({ length: count }, () => random.pick(from));
}
