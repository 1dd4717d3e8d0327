import type { Visibility } from '../../src/features/posts/index.ts';
import type { Id } from '../../src/lib/ids.ts';
import type { Person } from './people.ts';

/** What the seeder asks of the system: its operations as one person after another would use them. */
export interface SeedOperations {
  /** Answers the new account's id. */
  join(person: Person): Promise<Id>;
  follow(follower: Id, followee: Id): Promise<void>;
  accept(followee: Id, follower: Id): Promise<void>;
  post(author: Id, post: { title: string; text: string; visibility: Visibility }): Promise<Id>;
  comment(author: Id, comment: { postId: Id; parentId: Id | undefined; text: string }): Promise<Id>;
  react(person: Id, postId: Id, reaction: string): Promise<void>;
}
