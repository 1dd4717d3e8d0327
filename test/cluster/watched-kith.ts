/** A process of the role `api` inside the test's own, so that what it asks of its engines can be counted. */
import { loadConfig } from '../../src/config/config.ts';
import { type Kith, openKith } from '../../src/main.ts';
import { type Serving, serve } from '../../src/serve.ts';
import { quiet, type SentStatement, takeSent, wavesIn } from './watched-cql.ts';

/** What one request cost until its answer was there. */
export interface Cost {
  statements: SentStatement[];
  /** How often statements were sent while none was under way: what a request waits for, one after another. */
  waves: number;
  /** Waits for an answer of Redis; what is sent together counts once. */
  redis: number;
}

export class WatchedKith {
  readonly url: string;
  readonly #kith: Kith;
  readonly #serving: Serving;

  private constructor(kith: Kith, serving: Serving) {
    this.#kith = kith;
    this.#serving = serving;
    this.url = serving.url;
  }

  static async start(environment: Record<string, string>): Promise<WatchedKith> {
    const own = { ...environment, KITH_ROLES: 'api', KITH_PORT: '0', KITH_LOG_LEVEL: 'silent' };
    const kith = await openKith(loadConfig({ environment: own }));
    return new WatchedKith(kith, await serve(kith));
  }

  #read(name: string): number {
    const value = this.#kith.engines.gauges.find((gauge) => gauge.name === name)!.read();
    return value as number;
  }

  /** Of readers who came here. */
  inboxes(): number {
    return this.#kith.features.feed.size().inboxes;
  }

  /** Of one piece of work, which ends when its answer is there; what goes on behind its back is waited for first. */
  async cost(work: () => Promise<unknown>): Promise<Cost> {
    await this.settled();
    takeSent();
    const before = this.#read('kith_redis_round_trips_total');
    await work();
    const statements = takeSent();
    return {
      statements,
      waves: wavesIn(statements),
      redis: this.#read('kith_redis_round_trips_total') - before,
    };
  }

  /** Nothing is published, marked or fitted any more. */
  async settled(): Promise<void> {
    await this.#kith.features.feed.settled();
    do await quiet();
    while (this.#read('kith_outbox_unpublished') > 0);
  }

  stop(): Promise<void> {
    return this.#serving.stop();
  }
}
