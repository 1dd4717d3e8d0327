import { eachLimited } from '../../src/lib/each-limited.ts';
import { BrokenPromise } from './api-client.ts';
import { eventually, expectEqual, expectOnce } from './expectations.ts';
import type { Person, Post } from './ledger.ts';
import { atOnceMax, type Look } from './verify.ts';

const sampled = 6;

/** Search and notifications follow the truth in bounded time, and say everything once. */
export async function verifyDerived(look: Look, recent: readonly Post[]): Promise<void> {
  const known = recent.filter(
    ({ id, visibility, text }) => id && visibility.sure === 'public' && text.sure !== undefined,
  );
  const chosen = known.slice(-sampled);
  await eachLimited(chosen, atOnceMax, (post) => eventually(() => verifySearch(look, post)));
  const people = look.isFull ? look.ledger.people : [...new Set(chosen.map(({ author }) => author))];
  await eachLimited(people, atOnceMax, (person) => eventually(() => verifyNotifications(look, person)));
}

export async function verifySearch({ api, ledger }: Look, post: Post): Promise<void> {
  const viewer = ledger.people.find(({ client }) => client !== post.author.client)!;
  const { items } = await api.get(`/v1/search?q=${post.marker}&type=posts`, viewer.token);
  const found = items.map((item: { post?: { id: string }; id?: string }) => (item.post ?? item).id);
  expectOnce(found, `search for ${post.marker}`);
  expectEqual(found.includes(post.id), post.text.sure !== null, `search finds ${post.id}`);
}

interface SeenNotification {
  id: string;
  kind: string;
  actorCount: number;
  post: { id: string } | null;
  read: boolean;
}

/**
 * The oldest group on a subject goes as a fifth begins. A group is begun by what comes after reading, and the clients
 * say between two looks at a list at most once that they have read it: so no group goes before four were seen.
 */
const generationsMax = 4;

export async function verifyNotifications({ api, ledger }: Look, person: Person): Promise<void> {
  const what = `notifications of ${person.username}`;
  const items: SeenNotification[] = await api.list('/v1/notifications', person.token);
  const { unread } = await api.get('/v1/notifications?limit=1', person.token);
  expectOnce(
    items.map(({ id }) => id),
    what,
  );
  expectEqual(unread, items.filter(({ read }) => !read).length, `unread ${what}, counted`);
  const unsaid = items.find(({ id, read }) => person.readUpTo && id <= person.readUpTo && !read);
  if (unsaid) throw new BrokenPromise(`${what}: ${unsaid.id} is unread again`);
  person.newestNotification = items[0]?.id;
  const groups = (kind: string, postId?: string) =>
    items.filter((item) => item.kind === kind && (item.post?.id ?? undefined) === postId);
  const expectPeople = (found: SeenNotification[], expected: number, which: string) => {
    const total = found.reduce((sum, { actorCount }) => sum + actorCount, 0);
    if (found.length >= generationsMax) person.longSubjects.add(which);
    if (person.longSubjects.has(which) && total <= expected) return;
    expectEqual(total, expected, `people in ${what}: ${which}`);
  };
  const followers = ledger.people.filter((each) => ledger.follow(each, person).sure === true);
  expectPeople(groups('follow'), followers.length, 'followed');
  for (const post of ledger.posts) {
    if (post.author !== person || !post.id || post.text.sure === undefined || ledger.touched.has(post))
      continue;
    const reactions = [...post.reactions.values()].filter(({ sure }) => typeof sure === 'string');
    expectPeople(
      groups('like', post.id),
      post.text.sure === null ? 0 : reactions.length,
      `likes of ${post.id}`,
    );
  }
}
