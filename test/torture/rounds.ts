import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { BrokenPromise } from './api-client.ts';
import { checkDatabases } from './check-databases.ts';
import { cutPower } from './cut-power.ts';
import { copyFolder, scanFolder, withInodesOf } from './disk-folder.ts';
import { DiskLayer } from './disk-layer.ts';
import { Ledger } from './ledger.ts';
import { Load } from './load.ts';
import type { Random } from './random.ts';
import { ServerProcess } from './server-process.ts';
import { verifyTruth } from './verify.ts';
import { verifyDerived } from './verify-derived.ts';

export type RoundKind = 'kill' | 'cut';
type Phase = 'starting' | 'checking' | 'writing' | 'cutting and copying';
export interface RoundReport {
  kind: RoundKind;
  moment: 'starting' | 'writing' | 'stopping';
  /** What was done to the disk, for a cut. */
  damage: string;
}

const loadMsMin = 60;
const loadMsMax = 1200;
const fullEvery = 20;
const outputShownMax = 3000;

export interface RoundsOptions {
  scratch: string;
  random: Random;
  /** Undefined where power cuts cannot be simulated. */
  library: string | undefined;
  diskLies: boolean;
}

/**
 * One data folder through many crashes. Each round starts the server on what the last one left, checks every promise,
 * writes, and crashes it again.
 */
export class Rounds {
  readonly ledger = new Ledger();
  readonly load: Load;
  /** What the server runs on, and the folder as it was when the round began. */
  readonly live: string;
  readonly #base: string;
  readonly #library: string | undefined;
  readonly #scratch: string;
  readonly #random: Random;
  readonly #diskLies: boolean;
  #server: ServerProcess | undefined;
  #round = 0;
  #readyMs = 200;
  #spentMs: Record<Phase, number> = { starting: 0, checking: 0, writing: 0, 'cutting and copying': 0 };

  constructor({ scratch, random, library, diskLies }: RoundsOptions) {
    this.#scratch = scratch;
    this.#random = random;
    this.#library = library;
    this.#diskLies = diskLies;
    this.live = join(scratch, 'data');
    this.#base = join(scratch, 'base');
    this.load = new Load(this.ledger, random.fork('load'));
    mkdirSync(this.live, { recursive: true });
  }

  async round(kind: RoundKind): Promise<RoundReport> {
    const random = this.#random.fork(`round ${++this.#round}`);
    let startMs = performance.now();
    replaceFolder(this.live, this.#base);
    const layer = kind === 'cut' ? this.#layer() : undefined;
    // On a slow disk more is under way when the power goes.
    layer?.set({ syncDelayUs: random.pick([0, 0, 1000, 5000]), syncLies: this.#diskLies ? 1 : 0 });
    const start = layer && scanFolder(this.live);
    const server = await ServerProcess.start(this.live, layer?.env);
    this.#server = server;
    this.#spent('cutting and copying', startMs);
    const moment =
      this.#round > 1 && random.chance(0.12) ? 'starting' : random.chance(0.12) ? 'stopping' : 'writing';
    try {
      if (moment === 'starting') await pause(random.below(this.#readyMs * 1.2));
      else await this.#checkAndWrite(server, random, moment);
    } finally {
      await server.kill();
    }
    startMs = performance.now();
    let damage = '';
    if (layer && start) {
      const base = withInodesOf(start, scanFolder(this.#base));
      damage = cutPower({ layer, base, live: this.live, scratch: this.#scratch }, random);
    }
    checkDatabases(this.live, join(this.#scratch, 'checked'));
    this.#spent('cutting and copying', startMs);
    return { kind, moment, damage };
  }

  async #checkAndWrite(server: ServerProcess, random: Random, moment: 'writing' | 'stopping'): Promise<void> {
    await server.ready();
    this.#readyMs = Math.max(50, performance.now() - server.startedAtMs);
    this.#spent('starting', server.startedAtMs);
    let startMs = performance.now();
    if (this.#round === 1) await this.load.begin(server.client);
    else await this.#check(server, random, this.#round % fullEvery === 0);
    this.#spent('checking', startMs);
    // A warm process now and then: what its caches say must be as true.
    if (random.chance(0.15)) {
      const writing = this.#write(server, 'warm');
      await pause(random.below(loadMsMax));
      this.load.stop();
      await writing;
      await this.#check(server, random, false);
    }
    startMs = performance.now();
    const crash = pause(loadMsMin + random.below(loadMsMax - loadMsMin)).then(async () => {
      if (moment === 'stopping') {
        server.askToStop();
        await Promise.race([pause(random.below(300)), server.ended()]);
      }
      await server.kill();
    });
    await Promise.all([this.#write(server, 'cold'), crash]);
    this.#spent('writing', startMs);
  }

  #write({ client }: ServerProcess, part: string): Promise<void> {
    return this.load.run(client, {
      part: `${this.#round} ${part}`,
      postsMax: 40 + Math.floor(this.#round / 8),
    });
  }

  async #check({ client: api }: ServerProcess, random: Random, isFull: boolean): Promise<void> {
    const { ledger } = this;
    const recent = ledger.posts.filter((post) => ledger.touched.has(post));
    await this.load.repeat(api, random);
    const look = { api, ledger, random, isFull };
    await verifyTruth(look);
    await verifyDerived(look, recent);
    ledger.forget(() => random.chance(0.1));
  }

  /** Everything once more, at rest; the server must then stop by itself, and cleanly. */
  async finish(): Promise<void> {
    const server = await ServerProcess.start(this.live);
    this.#server = server;
    try {
      await server.ready();
      await this.#check(server, this.#random.fork('finish'), true);
      server.askToStop();
      const { code } = await server.ended();
      if (code !== 0) throw new BrokenPromise(`SIGTERM ended the server with ${code}:\n${server.output}`);
    } finally {
      await server.kill();
    }
  }

  #spent(on: Phase, startMs: number): void {
    this.#spentMs[on] += performance.now() - startMs;
  }

  /** What the server said last. */
  get serverOutput(): string {
    return this.#server?.output.slice(-outputShownMax) ?? '';
  }

  summary(): string {
    const { acknowledged, refused, unanswered, repeated } = this.load.tally;
    const { people, posts } = this.ledger;
    return (
      `${acknowledged} writes acknowledged, ${refused} overtaken, ${unanswered} unanswered, ${repeated} sent again; ` +
      `${people.length} people, ${posts.length} posts known at the end: 0 missing, 0 twice, every count right; ` +
      Object.entries(this.#spentMs)
        .map(([on, ms]) => `${Math.round(ms / 1000)} s ${on}`)
        .join(', ')
    );
  }

  #layer(): DiskLayer {
    if (!this.#library) throw new Error('a power cut needs the disk layer');
    return new DiskLayer({ library: this.#library, folder: this.live, scratch: this.#scratch });
  }
}

export function replaceFolder(from: string, to: string): void {
  if (existsSync(to)) rmSync(to, { recursive: true });
  copyFolder(from, to);
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
