import type { SeedOperations } from '../../cli/seed/operations.ts';
import { eachLimited } from '../../src/lib/each-limited.ts';
import type { Id } from '../../src/lib/ids.ts';
import { type ManualClock, manualClock } from '../../src/ports/clock/clock.ts';
import { assignParts, type Parts } from './parts.ts';
import { createTexts } from './texts.ts';
import type { BenchWorld, Member, Shapes, WorldSize } from './world.ts';

/** Enough to fill the writer's groups. */
const inFlightMax = 512;

export interface Populate {
  operations: SeedOperations;
  size: WorldSize;
  /** Called with each stage's name and how many operations it has. */
  onStage: (name: string, count: number) => void;
}

/** Builds a world through the same operations that requests use, many at once; the same every time but for ids. */
export async function populate({
  operations,
  size,
  onStage,
}: Populate): Promise<Omit<BenchWorld, 'dataDir' | 'buildSeconds'>> {
  const chance = manualClock(0, 3);
  const texts = createTexts(7);
  const people = texts.people(size.users);
  const run = async <Item>(
    name: string,
    items: readonly Item[],
    work: (item: Item, index: number) => Promise<unknown>,
  ) => {
    onStage(name, items.length);
    await eachLimited(items, inFlightMax, async (item, index) => {
      await work(item, index);
    });
  };

  const members: Member[] = new Array(people.length);
  await run('accounts', people, async (person, index) => {
    const { id, username, token } = await operations.join({ ...person, isPrivate: false });
    members[index] = { userId: id, username, token };
  });
  const parts = assignParts(members, size);
  await run('follows', followsOf(parts, size, chance), ([follower, followee]) =>
    operations.follow(follower.userId, followee.userId),
  );

  const postIds: Id[] = [];
  const authors = authorsInTurn(parts, size);
  await run('posts', authors, async (author, index) => {
    const text = texts.post(people[index % people.length]!, index);
    postIds[index] = await operations.post(author.userId, { ...text, visibility: 'public' });
  });
  const world = { size, posts: authors.length, ...parts.readers, writers: parts.writers };
  if (!parts.shapes || !size.shapes) return world;

  const busyPostId = postIds[authors.indexOf(parts.shapes.star)]!;
  await run('comments', Array.from({ length: size.shapes.comments }), (_, index) => {
    const text = texts.comment(people[index % people.length]!);
    const { userId } = members[index % members.length]!;
    return operations.comment(userId, { postId: busyPostId, parentId: undefined, text });
  });
  const shapes: Shapes = { ...parts.shapes, busyPostId };
  return { ...world, shapes };
}

function followsOf(
  { writers, readers, shapes, rest }: Parts,
  size: WorldSize,
  chance: ManualClock,
): [Member, Member][] {
  const follows: [Member, Member][] = [];
  for (const reader of [...readers.warmReaders, ...readers.coldReaders]) {
    const followed = new Set<Member>();
    while (followed.size < size.followsPerReader)
      followed.add(writers[Math.floor(chance.random() * writers.length)]!);
    for (const writer of followed) follows.push([reader, writer]);
  }
  if (!shapes || !size.shapes) return follows;
  const { star, eager, puller, popular } = shapes;
  for (const author of [...writers, ...rest].slice(0, size.shapes.eagerFollows))
    follows.push([eager, author]);
  for (const author of popular) {
    follows.push([puller, author]);
    for (const follower of rest.slice(0, size.shapes.popularFollowers)) follows.push([follower, author]);
  }
  for (const follower of rest.slice(0, size.shapes.starFollowers)) follows.push([follower, star]);
  return follows;
}

/** Who writes, post by post: the writers in turn, as often as each has posts; then those whom only the eager one reads. */
function authorsInTurn({ writers, shapes, rest }: Parts, size: WorldSize): Member[] {
  const regulars = shapes ? [shapes.star, ...shapes.popular, ...writers] : writers;
  const authors: Member[] = [];
  if (size.shapes) authors.push(...rest.slice(0, size.shapes.eagerFollows));
  for (let turn = 0; turn < size.postsPerWriter; turn++) authors.push(...regulars);
  return authors;
}
