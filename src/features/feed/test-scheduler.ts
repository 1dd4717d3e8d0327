import { setTimeout as delay, setImmediate as turn } from 'node:timers/promises';
import type { FeedDeps } from './feed.ts';

const idleTurnsMax = 1000;
const idleMsMax = 10_000;

/** Pauses whoever passes a gate, and lets them go on in an order of its own: seeded, so that it can be repeated. */
export class TestScheduler {
  readonly #waiting: (() => void)[] = [];
  readonly #random: () => number;
  /** While true nobody is paused. */
  open = true;

  constructor(random: () => number) {
    this.#random = random;
  }

  gate(): Promise<void> | undefined {
    if (this.open || this.#random() < 0.3) return undefined;
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  async #release(): Promise<boolean> {
    await turn();
    const at = Math.floor(this.#random() * this.#waiting.length);
    const [resolve] = this.#waiting.splice(at, 1);
    resolve?.();
    return resolve !== undefined;
  }

  /** Lets some of those who wait go on. */
  async step(count: number): Promise<void> {
    for (let i = 0; i < count && (await this.#release()); i++);
  }

  /** Goes on, one at a time, until this is done; others may be left waiting. */
  async drive<T>(work: Promise<T>): Promise<T> {
    let isDone = false;
    const done = work.finally(() => {
      isDone = true;
    });
    done.catch(() => undefined);
    for (let idle = 0; !isDone; ) {
      if (await this.#release()) idle = 0;
      // An engine outside of this process needs time and not turns.
      else if (++idle > idleTurnsMax) await delay(1);
      if (idle > idleTurnsMax + idleMsMax) throw new Error('nobody waits and nothing goes on');
    }
    return done;
  }

  /** Lets everybody go on from now on. */
  openAll(): void {
    this.open = true;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  /** The same object, with a gate before and after each of its asynchronous methods. */
  gated<T extends object>(target: T, names: readonly (keyof T & string)[]): T {
    return new Proxy(target, {
      get: (object, name) => {
        const value: unknown = Reflect.get(object, name);
        if (typeof value !== 'function') return value;
        if (!names.includes(name as keyof T & string)) return value.bind(object);
        return async (...args: unknown[]) => {
          await this.gate();
          const answer: unknown = await value.apply(object, args);
          await this.gate();
          return answer;
        };
      },
    });
  }

  /** Gates at every await of the feed: its timelines, the truth it reads and the hints it handles. */
  wrap(deps: FeedDeps): FeedDeps {
    return {
      ...deps,
      timelines: this.gated(deps.timelines, [
        'read',
        'openHeads',
        'fillHeads',
        'headRuns',
        'pushHeads',
        'audience',
        'setPopular',
        'popularAmong',
        'deliver',
        'retire',
        'join',
        'cover',
        'uncover',
        'coverage',
        'drop',
        'clear',
      ]),
      posts: this.gated(deps.posts, ['listByAuthor', 'feedKeysByAuthors', 'cards']),
      graph: this.gated(deps.graph, ['viewer', 'counts']),
      log: {
        ...deps.log,
        subscribe: (options) =>
          deps.log.subscribe({
            ...options,
            handle: async (entries) => {
              await this.gate();
              await options.handle(entries);
            },
          }),
      },
    };
  }
}
