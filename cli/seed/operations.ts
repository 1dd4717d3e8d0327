import type { Accounts } from '../../src/features/accounts/index.ts';
import type { ReactionKind, Visibility } from '../../src/features/posts/index.ts';
import type { Id } from '../../src/lib/ids.ts';
import type { Principal } from '../../src/lib/principal.ts';
import { Refusal } from '../../src/lib/refusal.ts';
import { type Person, seedMailDomain } from './people.ts';

/** What the seeder asks of the system: its operations, as one person after another would use them. */
export interface SeedOperations {
  /** Makes the account and its first session; under another name where that one is taken. */
  join(person: Person): Promise<{ id: Id; username: string; token: string }>;
  follow(follower: Id, followee: Id): Promise<void>;
  accept(followee: Id, follower: Id): Promise<void>;
  post(author: Id, post: { title: string; text: string; visibility: Visibility }): Promise<Id>;
  comment(
    author: Id,
    comment: { postId: Id; parentId: Id | undefined; text: string },
  ): Promise<Id | undefined>;
  react(person: Id, postId: Id, reaction: ReactionKind): Promise<void>;
}

/** The features of the composed program that seeding goes through. */
export interface SeedableFeatures {
  accounts: Pick<Accounts, 'register' | 'update'>;
  graph: {
    follow(principal: Principal, input: { followeeId: string }): Promise<unknown>;
    acceptRequest(principal: Principal, followerId: Id): Promise<unknown>;
  };
  posts: {
    create(
      principal: Principal,
      input: { title: string; text: string; visibility: Visibility },
    ): Promise<{ post: { id: Id } }>;
  };
  // Absent where this version has none yet.
  comments?: {
    create(
      principal: Principal,
      input: { postId: Id; comment: string; parentId?: Id | undefined },
    ): Promise<{ id: Id }>;
  };
  reactions?: {
    react(principal: Principal, input: { postId: Id; reaction?: ReactionKind }): Promise<unknown>;
  };
}

/** Seeding twice meets its own names again. */
const joinAttemptsMax = 20;

const as = (userId: Id): Principal => ({ userId, isAdmin: false, credentialId: null });

export interface SharedPassword {
  password: string;
  passwordHash: string;
}

export function operationsOf(
  kith: SeedableFeatures,
  { password, passwordHash }: SharedPassword,
): SeedOperations {
  return {
    async join(person) {
      const { displayName, bio, location, birthDate, isPrivate } = person;
      for (let attempt = 1; ; attempt++) {
        const username = attempt === 1 ? person.username : `${person.username.slice(0, 26)}_${attempt}`;
        const email = `${username}@${seedMailDomain}`;
        const input = { username, email, password, displayName, bio, location, birthDate, device: 'seed' };
        try {
          const { account, token } = await kith.accounts.register(input, undefined, {
            passwordHash,
            isAdmitted: true,
          });
          if (isPrivate) await kith.accounts.update(as(account.id), { isPrivate });
          return { id: account.id, username, token };
        } catch (error) {
          const isTaken = error instanceof Refusal && error.code === 'conflict';
          if (!isTaken || attempt === joinAttemptsMax) throw error;
        }
      }
    },
    async follow(follower, followee) {
      await kith.graph.follow(as(follower), { followeeId: followee });
    },
    async accept(followee, follower) {
      await kith.graph.acceptRequest(as(followee), follower);
    },
    async post(author, post) {
      return (await kith.posts.create(as(author), post)).post.id;
    },
    async comment(author, { postId, parentId, text }) {
      const made = await kith.comments?.create(as(author), { postId, comment: text, parentId });
      return made?.id;
    },
    async react(person, postId, reaction) {
      await kith.reactions?.react(as(person), { postId, reaction });
    },
  };
}
