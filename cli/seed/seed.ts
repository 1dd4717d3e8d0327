import { randomBytes } from 'node:crypto';
import { type Accounts, createPasswordHasher } from '../../src/features/accounts/index.ts';
import { Refusal } from '../../src/lib/refusal.ts';
import { type Clock, manualClock, systemClock } from '../../src/ports/clock/clock.ts';
import { createChance } from './chance.ts';
import { operationsOf, type SeedableFeatures } from './operations.ts';
import { seedMailDomain } from './people.ts';
import { type Joined, play } from './play.ts';
import { type Progress, trackProgress } from './progress.ts';
import { isSeedClock } from './seed-clock.ts';
import { makeWorld, type World } from './timeline.ts';

export interface SeedOptions {
  /**
   * The composed program. If it was given the seeder's clock (`createSeedClock`) and is empty, everything lies in the
   * past weeks; otherwise it all happens now, in the same order.
   */
  kith: {
    features: SeedableFeatures & { accounts: Pick<Accounts, 'listAccounts'> };
    ports: { clock: Clock };
  };
  users: number;
  posts: number;
  /** The same number makes the same world. */
  seed?: number;
  /** Seed even where there are people who were not seeded. */
  force?: boolean;
  /** Of every seeded account. By default a new one each time, since the first account of all administers the place. */
  password?: string;
  onProgress?: (progress: Progress) => void;
}

export interface SeedResult {
  users: number;
  posts: number;
  follows: number;
  comments: number;
  reactions: number;
  seconds: number;
  /** A few names to log in with: who joined first (the administrator of a new place), then the best known. */
  logins: string[];
  password: string;
}

export const usersMax = 200_000;
export const postsMax = 5_000_000;
const loginsShown = 5;
const accountsCheckedMax = 10_000;
const operator = { userId: '00000000000', isAdmin: true, credentialId: null };

/** Fills an instance with a believable world, through the same operations that requests use. */
export async function seed(options: SeedOptions): Promise<SeedResult> {
  const { kith, users, posts, seed: number = 1, force = false, onProgress = () => {} } = options;
  checkSize('users', users, 1, usersMax);
  checkSize('posts', posts, 0, postsMax);
  const found = await findAccounts(kith.features.accounts);
  if (found.strangers > 0 && !force) {
    throw new Refusal(
      'conflict',
      'People have registered here already. Seeded accounts would be mixed with theirs; --force does it all the same.',
    );
  }
  const { clock: itsClock } = kith.ports;
  const clock = found.any || !isSeedClock(itsClock) ? undefined : itsClock;
  const startMs = systemClock.monotonicMs();
  const chance = createChance(manualClock(0, number).random);
  const world = makeWorld({ users, posts }, systemClock.nowMs(), chance);
  const password = options.password ?? randomBytes(9).toString('base64url');
  const passwordHash = await createPasswordHasher().hash(password);
  const played = await play({
    world,
    chance,
    operations: operationsOf(kith.features, { password, passwordHash }),
    at: (timeMs) => clock?.tell(timeMs),
    onDone: trackProgress(world.actions.length, systemClock, onProgress),
  });
  clock?.tell(systemClock.nowMs());
  return {
    users: played.done.join,
    posts: played.done.post,
    follows: played.done.follow,
    comments: played.done.comment,
    reactions: played.done.react,
    seconds: (systemClock.monotonicMs() - startMs) / 1000,
    logins: bestKnown(world, played.accounts),
    password,
  };
}

function checkSize(name: string, value: number, min: number, max: number): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  throw new Refusal('invalid', `--${name} takes a whole number from ${min} to ${max}.`);
}

async function findAccounts({ listAccounts }: Pick<Accounts, 'listAccounts'>) {
  let any = false;
  let checked = 0;
  let before: Parameters<typeof listAccounts>[1]['before'];
  do {
    const page = await listAccounts(operator, { before, limit: 100 });
    any ||= page.items.length > 0;
    const strangers = page.items.filter(({ email }) => !email.endsWith(`@${seedMailDomain}`)).length;
    if (strangers > 0) return { any, strangers };
    checked += page.items.length;
    before = page.next;
  } while (before !== undefined && checked < accountsCheckedMax);
  return { any, strangers: 0 };
}

function bestKnown({ people, follows }: World, accounts: readonly (Joined | undefined)[]): string[] {
  const followers = people.map(() => 0);
  for (const { followee } of follows) followers[followee]!++;
  const [first, ...others] = people;
  const byFame = others.sort((a, b) => followers[b.index]! - followers[a.index]!);
  return [first!, ...byFame].flatMap(({ index }) => accounts[index]?.username ?? []).slice(0, loginsShown);
}
