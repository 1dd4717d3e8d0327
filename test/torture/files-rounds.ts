import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { BrokenPromise } from './api-client.ts';
import { checkDatabases } from './check-databases.ts';
import { cutPower } from './cut-power.ts';
import { scanFolder, withInodesOf } from './disk-folder.ts';
import { DiskLayer } from './disk-layer.ts';
import { FilesLoad } from './files-load.ts';
import type { Random } from './random.ts';
import { type RoundKind, replaceFolder } from './rounds.ts';
import { ServerProcess } from './server-process.ts';

const loadMsMax = 1500;
const janitorMsMax = 2500;
/** So often it is not the server that works when the end comes, but the janitor. */
const janitorShare = 0.25;
/** Holds and graces end in these; nothing is thinned yet, and no upload in parts is forgotten. */
const daysAhead = ['2', '4', '6'];
const fullEvery = 10;

/**
 * A data folder through many crashes while files are put, changed, moved, deleted and put back, uploads go on in parts, and
 * what nothing needs is collected. Nothing acknowledged is ever lost, journal and tree agree, and no byte is wrong.
 */
export class FilesRounds {
  readonly #scratch: string;
  readonly #live: string;
  readonly #library: string | undefined;
  readonly #random: Random;
  readonly load = new FilesLoad();
  #round = 0;

  constructor(options: { scratch: string; library: string | undefined; random: Random }) {
    this.#scratch = options.scratch;
    this.#live = join(options.scratch, 'data');
    this.#library = options.library;
    this.#random = options.random;
    mkdirSync(this.#live);
  }

  /** Answers what was done. */
  async round(kind: RoundKind): Promise<string> {
    const random = this.#random.fork(`round ${++this.#round}`);
    const base = join(this.#scratch, 'base');
    const layer = kind === 'cut' ? this.#layer() : undefined;
    if (layer) replaceFolder(this.#live, base);
    layer?.set({ syncDelayUs: random.pick([0, 0, 1000, 5000]) });
    const start = layer && scanFolder(this.#live);
    const isJanitor = this.#round > 2 && random.chance(janitorShare);
    const did = isJanitor ? await this.#tidy(random, layer?.env) : await this.#serve(random, layer?.env);
    let damage = '';
    if (layer && start) {
      const known = withInodesOf(start, scanFolder(base));
      damage = cutPower({ layer, base: known, live: this.#live, scratch: this.#scratch }, random);
    }
    checkDatabases(this.#live, join(this.#scratch, 'checked'));
    return `${did} ${damage}`.trim();
  }

  async #serve(random: Random, env: Record<string, string> = {}): Promise<string> {
    const before = this.load.acknowledged;
    await this.#withServer(env, async (server) => {
      if (this.#round === 1) await this.load.begin(server.client);
      else await this.load.verify(server.client, random, this.#round % fullEvery === 0);
      if (this.#round === 1) await this.load.verify(server.client, random, true);
      await this.#workFor(random.below(loadMsMax), server, random, async () => {
        if (random.chance(0.1)) server.askToStop();
        await server.kill();
      });
    });
    return `${this.load.acknowledged - before} changes acknowledged`;
  }

  async #workFor(
    ms: number,
    { client }: ServerProcess,
    random: Random,
    end: () => Promise<void> = async () => undefined,
  ): Promise<void> {
    const working = this.load.run(client, random);
    const ending = new Promise((resolve) => setTimeout(resolve, ms)).then(end);
    await Promise.all([working, ending.then(() => this.load.stop())]);
  }

  async #tidy(random: Random, env: Record<string, string> = {}): Promise<string> {
    const { said, isWhole } = await runJanitor(this.#live, env, random.below(janitorMsMax));
    return isWhole ? `the janitor ended: ${said}` : 'the janitor was at work';
  }

  async #withServer(env: Record<string, string>, work: (server: ServerProcess) => Promise<void>) {
    const server = await ServerProcess.start(this.#live, env);
    try {
      await server.ready();
      await work(server);
    } catch (error) {
      throw new Error(`the server said last:\n${server.output.slice(-2_000)}`, { cause: error });
    } finally {
      await server.kill();
    }
  }

  /** Everything once more, before and after all is collected that nothing needs; then on a disk that is full. */
  async finish(): Promise<string> {
    const random = this.#random.fork('finish');
    const look = () => this.#withServer({}, ({ client }) => this.load.verify(client, random, true));
    await look();
    const { said } = await runJanitor(this.#live, {});
    const found = JSON.parse(said) as { chunks: number; damaged: number };
    if (found.damaged > 0) throw new BrokenPromise(`the scrub found ${found.damaged} damaged chunks`);
    await look();
    const refused = this.#library ? await this.#fillDisk(random) : 0;
    const { acknowledged, unanswered, tus } = this.load;
    return `${acknowledged} changes acknowledged, 0 lost, ${unanswered} unanswered; ${tus.count} uploads in parts; ${found.chunks} chunks read, 0 damaged; ${refused} refused on a full disk`;
  }

  async #fillDisk(random: Random): Promise<number> {
    const layer = this.#layer();
    try {
      await this.#withServer(layer.env, async (server) => {
        const { client } = server;
        await this.load.verify(client, random, false);
        layer.set({ spaceLeft: 3_000_000 });
        await this.#workFor(loadMsMax, server, random);
        await this.load.verify(client, random, true);
        layer.set({ spaceLeft: -1 });
        await this.#workFor(loadMsMax, server, random);
        await this.load.verify(client, random, true);
      });
    } finally {
      layer.close();
    }
    await this.#withServer({}, ({ client }) => this.load.verify(client, random, true));
    return this.load.refused;
  }

  #layer(): DiskLayer {
    return new DiskLayer({ library: this.#library!, folder: this.#live, scratch: this.#scratch });
  }
}

/** Kills it after so long, if it has not ended by itself. */
async function runJanitor(
  folder: string,
  env: Record<string, string>,
  killAfterMs?: number,
): Promise<{ said: string; isWhole: boolean }> {
  const file = join(import.meta.dirname, 'run-janitor.ts');
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', file, folder, ...daysAhead],
    {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let [said, failures] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    failures += text;
  });
  const begun = new Promise((resolve) => child.once('spawn', resolve));
  const closed = new Promise<number | null>((resolve) => child.once('close', resolve));
  await begun;
  const kill = killAfterMs !== undefined && setTimeout(() => child.kill('SIGKILL'), 1000 + killAfterMs);
  const code = await closed;
  if (kill) clearTimeout(kill);
  if (failures !== '' || (code !== 0 && killAfterMs === undefined))
    throw new BrokenPromise(`the janitor ended with ${code}:\n${failures}`);
  return { said: said.trim(), isWhole: code === 0 };
}
