import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { runKith } from '../e2e/kith-process.ts';
import { BrokenPromise } from './api-client.ts';
import { checkDatabases } from './check-databases.ts';
import { cutPower } from './cut-power.ts';
import { scanFolder, withInodesOf } from './disk-folder.ts';
import { DiskLayer } from './disk-layer.ts';
import { tidyAsInWeeks } from './future-janitor.ts';
import { MediaLoad } from './media-load.ts';
import type { Random } from './random.ts';
import { type RoundKind, replaceFolder } from './rounds.ts';
import { ServerProcess } from './server-process.ts';

/** Written to by workers as well, of which the layer sees nothing; what is in it means nothing after a crash. */
const workFolder = 'media-work';
/** From the first word of the server to the crash. */
const livesMsMax = 4_000;
/** So that there is something new in every round. */
const mediaPerRoundMax = 4;
/** Jobs of a server that died are held until their leases end, and some wait after several deaths. */
const settleMsMax = 600_000;
const settleEveryMs = 500;

/**
 * A data folder through many crashes while photos and videos are sent and prepared. Then: nothing acknowledged is
 * lost, every job has ended, and when the janitor has been there nothing is left that nobody needs.
 */
export class MediaRounds {
  readonly #scratch: string;
  readonly #live: string;
  readonly #library: string | undefined;
  readonly #random: Random;
  readonly load: MediaLoad;
  #round = 0;

  private constructor(options: {
    scratch: string;
    library: string | undefined;
    random: Random;
    load: MediaLoad;
  }) {
    this.#scratch = options.scratch;
    this.#live = join(options.scratch, 'data');
    this.#library = options.library;
    this.#random = options.random;
    this.load = options.load;
    mkdirSync(this.#live);
  }

  static async create(options: {
    scratch: string;
    library: string | undefined;
    random: Random;
  }): Promise<MediaRounds> {
    return new MediaRounds({ ...options, load: await MediaLoad.create() });
  }

  /** Answers what was done. */
  async round(kind: RoundKind): Promise<string> {
    const random = this.#random.fork(`round ${++this.#round}`);
    const base = join(this.#scratch, 'base');
    if (kind === 'cut')
      rmSync(join(this.#live, workFolder), { recursive: true, force: true, maxRetries: 20 });
    const layer =
      kind === 'cut'
        ? new DiskLayer({ library: this.#library!, folder: this.#live, scratch: this.#scratch })
        : undefined;
    if (layer) replaceFolder(this.#live, base);
    layer?.set({ syncDelayUs: random.pick([0, 0, 1000, 5000]) });
    const start = layer && scanFolder(this.#live);
    const server = await ServerProcess.start(this.#live, layer?.env);
    const before = this.load.acknowledged.length;
    try {
      await server.ready();
      if (this.#round === 1) await this.load.begin(server.client);
      else await this.load.verify(server.client, random);
      const sending = this.load.run(server.client, random, this.load.media.length + mediaPerRoundMax);
      await new Promise((resolve) => setTimeout(resolve, random.below(livesMsMax)));
      if (random.chance(0.1)) server.askToStop();
      await server.kill();
      this.load.stop();
      await sending;
    } catch (error) {
      throw new Error(`the server said last:\n${server.output.slice(-2_000)}`, { cause: error });
    } finally {
      await server.kill();
    }
    let damage = '';
    if (layer && start) {
      const known = withInodesOf(start, scanFolder(base));
      const place = { layer, base: known, live: this.#live, scratch: this.#scratch, scrap: workFolder };
      damage = cutPower(place, random);
    }
    checkDatabases(this.#live, join(this.#scratch, 'checked'));
    return `${this.load.acknowledged.length - before} uploads acknowledged ${damage}`.trim();
  }

  /** Everything ends well, and nothing is left over. Answers what was found. */
  async finish(): Promise<string> {
    const server = await ServerProcess.start(this.#live);
    let retried = 0;
    try {
      await server.ready();
      await this.load.verify(server.client, this.#random.fork('finish'));
      await this.#settled(server);
      // What died with its server too often is laid aside, and is the operator's to have tried again.
      const { code, output } = await runKith(['media', 'retry'], this.#live);
      if (code !== 0) throw new BrokenPromise(`kith media retry ended with ${code}: ${output}`);
      retried = Number(/\d+/.exec(output)?.[0] ?? 0);
      const states = await this.#settled(server);
      for (const medium of this.load.acknowledged)
        if (states.get(medium.id) !== 'ready')
          throw new BrokenPromise(`${medium.id} ended as ${states.get(medium.id)}`);
      for (const [id] of this.load.posts) {
        const { state } = await server.client.get(`/v1/posts/${id}`, this.load.token);
        if (state !== 'published') throw new BrokenPromise(`the post ${id} is ${state}`);
      }
      server.askToStop();
      await server.ended();
    } finally {
      await server.kill();
    }
    const posted = new Set([...this.load.posts.values()].flat());
    // A post that went unanswered may be there: then its medium may be kept as well.
    const unsure = this.load.media
      .filter(({ id, isPosted }) => isPosted && !posted.has(id))
      .map(({ id }) => id);
    const kept = new Set([...posted, ...(await this.#postedAfterAll(unsure))]);
    const blobs = await tidyAsInWeeks(this.#live, kept);
    return `${this.load.acknowledged.length} uploads acknowledged, 0 lost, ${this.load.unanswered} unanswered; ${retried} tried again by the operator; ${kept.size} media in posts and ${blobs} blobs of theirs are left, and no other`;
  }

  async #settled({ client }: ServerProcess): Promise<Map<string, string>> {
    const states = new Map<string, string>();
    for (let waitedMs = 0; waitedMs < settleMsMax; waitedMs += settleEveryMs) {
      for (const { id } of this.load.acknowledged)
        if (!/ready|failed/.test(states.get(id) ?? ''))
          states.set(id, (await client.get(`/v1/media/${id}`, this.load.token)).state);
      if ([...states.values()].every((state) => state === 'ready' || state === 'failed')) return states;
      await new Promise((resolve) => setTimeout(resolve, settleEveryMs));
    }
    throw new BrokenPromise(
      `jobs that never end: ${JSON.stringify([...states].filter(([, s]) => s === 'processing'))}`,
    );
  }

  async #postedAfterAll(mediaIds: readonly string[]): Promise<string[]> {
    if (mediaIds.length === 0) return [];
    const server = await ServerProcess.start(this.#live);
    try {
      await server.ready();
      const { id } = await server.client.get('/v1/users/me', this.load.token);
      const posts = await server.client.list(`/v1/users/${id}/posts`, this.load.token);
      const found = posts.flatMap(({ media }) => media.map((each: { id: string }) => each.id));
      return mediaIds.filter((each) => found.includes(each));
    } finally {
      await server.kill();
    }
  }
}
