/** A few people with something of everything between them, for tests that walk all routes. */
import { Client, type Person, passwordOf } from './client.ts';
import { freshFolder, KithProcess, removeFolder } from './kith-process.ts';

export interface World {
  client: Client;
  /** The administrator. */
  admin: Person;
  /** Who most cases are about. */
  anna: Person;
  /** Follows anna, and anna her. */
  berta: Person;
  /** Blocked by anna. */
  clara: Person;
  /** Has nothing to do with anybody. */
  dora: Person;
  /** Private; berta follows him. */
  paul: Person;
  /** A name, or a person, that nobody had before. */
  freshName(): string;
  somebody(): Promise<Person>;
  postBy(person: Person): Promise<string>;
  commentBy(person: Person, postId: string): Promise<string>;
  close(): Promise<{ output: string }>;
}

export type PersonName = 'admin' | 'anna' | 'berta' | 'clara' | 'dora' | 'paul';

export async function createWorld(): Promise<World> {
  const folder = await freshFolder();
  const kith = await KithProcess.start(folder);
  const client = await Client.of(kith.url);
  let count = 0;
  const freshName = () => `person_${++count}`;
  const admin = await client.register('boss');
  const [anna, berta, clara, dora, paul] = (await Promise.all(
    ['anna', 'berta', 'clara', 'dora', 'paul'].map((name) => client.register(name)),
  )) as [Person, Person, Person, Person, Person];
  await Promise.all([
    berta.post('/v1/follow', { followeeId: anna.id }),
    anna.post('/v1/follow', { followeeId: berta.id }),
    berta.post('/v1/follow', { followeeId: paul.id }),
    anna.put(`/v1/blocks/${clara.id}`),
    anna.put(`/v1/mutes/${dora.id}`),
  ]);
  await paul.patch('/v1/users/me', { isPrivate: true });
  return {
    client,
    admin,
    anna,
    berta,
    clara,
    dora,
    paul,
    freshName,
    somebody: () => client.register(freshName()),
    postBy: async (person) => (await person.post('/v1/posts', { text: 'something to talk about #talk' })).id,
    commentBy: async (person, postId) => (await person.post('/v1/comments', { postId, comment: 'well' })).id,
    async close() {
      const ended = await kith.stop();
      await removeFolder(folder);
      return ended;
    },
  };
}

export { passwordOf };
