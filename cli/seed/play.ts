import type { Id } from '../../src/lib/ids.ts';
import { Refusal } from '../../src/lib/refusal.ts';
import type { Chance } from './chance.ts';
import type { SeedOperations } from './operations.ts';
import { likelyReactions, writeComment, writePost } from './phrases.ts';
import type { Action, World } from './timeline.ts';

/** Enough to fill the writer's groups, few enough that nothing happens far from its time. */
const inFlightMax = 512;

export interface Played {
  /** By person; undefined where the account could not be made. */
  accounts: (Joined | undefined)[];
  posts: (Id | undefined)[];
  /** How many actions of each kind took effect; a comment on a post one may not see, for one, does not. */
  done: Record<Action['kind'], number>;
}

export type Joined = Awaited<ReturnType<SeedOperations['join']>>;

interface PlayOptions {
  world: World;
  operations: SeedOperations;
  chance: Chance;
  /** Called with each action's time just before it begins; times never fall. */
  at: (timeMs: number) => void;
  onDone: () => void;
}

/**
 * Carries out a world's actions in order of time, many at once. What an action builds on (its account, post, parent)
 * is awaited by that action alone. Any failure other than a refusal ends the play.
 */
export async function play({ world, operations, chance, at, onDone }: PlayOptions): Promise<Played> {
  const stage = new Stage(world, operations, chance);
  let underWay = 0;
  let wake: () => void = () => {};
  let failure: unknown;
  const done = { join: 0, follow: 0, accept: 0, post: 0, comment: 0, react: 0 };
  const settle = () => {
    underWay--;
    onDone();
    wake();
  };
  const untilFewerThan = async (limit: number) => {
    while (underWay >= limit) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  for (const action of world.actions) {
    if (failure) break;
    at(action.atMs);
    underWay++;
    stage
      .perform(action)
      .then(
        (tookEffect) => {
          if (tookEffect) done[action.kind]++;
        },
        (error: unknown) => {
          if (!(error instanceof Refusal)) failure ??= error;
        },
      )
      .then(settle);
    await untilFewerThan(inFlightMax);
  }
  await untilFewerThan(1);
  if (failure) throw failure;
  const { accounts, posts } = await stage.results();
  return { accounts, posts, done };
}

type Made<What> = Promise<What | undefined> | undefined;

class Stage {
  readonly #world: World;
  readonly #operations: SeedOperations;
  readonly #chance: Chance;
  readonly #accounts: Made<Joined>[];
  readonly #posts: Made<Id>[];
  readonly #comments: Made<Id>[];

  constructor(world: World, operations: SeedOperations, chance: Chance) {
    this.#world = world;
    this.#operations = operations;
    this.#chance = chance;
    this.#accounts = new Array(world.people.length);
    this.#posts = new Array(world.postCount);
    this.#comments = new Array(world.commentCount);
  }

  /** Draws what is left to chance before its first wait: the order of draws is the order of actions. */
  async perform(action: Action): Promise<boolean> {
    switch (action.kind) {
      case 'join':
        return this.#make(
          this.#accounts,
          action.person,
          this.#operations.join(this.#world.people[action.person]!),
        );
      case 'follow':
        return this.#between(action.follower, action.followee, (a, b) => this.#operations.follow(a, b));
      case 'accept':
        return this.#between(action.followee, action.follower, (a, b) => this.#operations.accept(a, b));
      case 'post':
        return this.#make(this.#posts, action.post, this.#post(action));
      case 'comment':
        return this.#make(this.#comments, action.comment, this.#comment(action));
      case 'react':
        return this.#react(action);
    }
  }

  async results() {
    return { accounts: await Promise.all(this.#accounts), posts: await Promise.all(this.#posts) };
  }

  /** Keeps the promise of an id for those who build on it; they see undefined if it was refused. */
  #make<What>(made: Made<What>[], index: number, making: Promise<What | undefined>): Promise<boolean> {
    made[index] = making.catch(() => undefined);
    return making.then((what) => what !== undefined);
  }

  async #between(from: number, to: number, act: (from: Id, to: Id) => Promise<void>): Promise<boolean> {
    const [a, b] = await Promise.all([this.#accounts[from], this.#accounts[to]]);
    if (!a || !b) return false;
    await act(a.id, b.id);
    return true;
  }

  async #post({ person, mentions, visibility }: Extract<Action, { kind: 'post' }>) {
    const { people } = this.#world;
    const mentioned = mentions === undefined ? undefined : people[mentions]!.username;
    const text = writePost(people[person]!, mentioned, this.#chance);
    const author = await this.#accounts[person];
    return author && this.#operations.post(author.id, { ...text, visibility });
  }

  async #comment({ person, post, parent }: Extract<Action, { kind: 'comment' }>) {
    const text = writeComment(this.#world.people[person]!, parent !== undefined, this.#chance);
    const [author, postId] = await Promise.all([this.#accounts[person], this.#posts[post]]);
    const parentId = parent === undefined ? undefined : await this.#comments[parent];
    return author && postId && this.#operations.comment(author.id, { postId, parentId, text });
  }

  async #react({ person, post, fancy }: Extract<Action, { kind: 'react' }>) {
    const [account, postId] = await Promise.all([this.#accounts[person], this.#posts[post]]);
    if (!account || !postId) return false;
    const kinds = likelyReactions[this.#world.people[person]!.interests[0]!];
    // The square favours the first kind.
    await this.#operations.react(account.id, postId, kinds[Math.floor(fancy ** 2 * kinds.length)]!);
    return true;
  }
}
