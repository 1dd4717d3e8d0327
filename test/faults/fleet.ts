import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { KithNode } from './kith-node.ts';

const root = join(import.meta.dirname, '../..');
const roles = ['api', 'feed-generator', 'search-indexer', 'notifier', 'media', 'janitor'] as const;
const perRole = 2;
const heapMb = 160;
const planting = pathToFileURL(join(import.meta.dirname, 'plant-bug.ts')).href;

export interface FleetOptions {
  folder: string;
  /** The first port for `api` processes. */
  port: number;
  /** Where the engines are. */
  engines: Record<string, string>;
  replication: number;
  /** A mistake to make: see planted-bugs.ts. */
  bug?: string | undefined;
}

/** Every process of one installation: two of each role. */
export class Fleet {
  readonly nodes: KithNode[];
  readonly namespace = `faults_${randomBytes(4).toString('hex')}`;
  /** What no process should have done. */
  readonly surprises: string[] = [];
  readonly #env: NodeJS.ProcessEnv;

  constructor({ folder, port, engines, replication, bug }: FleetOptions) {
    const own = Object.entries(process.env).filter(([name]) => !name.startsWith('KITH_'));
    this.#env = {
      ...Object.fromEntries(own),
      ...engines,
      KITH_PROFILE: 'cluster',
      KITH_SECRET: 'only for the fault run, and the same for all of its processes',
      KITH_NAMESPACE: this.namespace,
      KITH_CASSANDRA_REPLICATION: String(replication),
      KITH_KAFKA_PARTITIONS: '6',
      KITH_RATE_LIMITS: 'off',
      KITH_REGISTRATION: 'open',
      KITH_LOG_LEVEL: 'warn',
      NODE_OPTIONS: `--max-old-space-size=${heapMb}${bug === undefined ? '' : ` --import=${planting}?${bug}`}`,
      NODE_COMPILE_CACHE: join(tmpdir(), 'kith-compile-cache'),
    };
    this.nodes = roles.flatMap((role, r) =>
      Array.from({ length: perRole }, (_, i) => {
        const name = `${role} ${i + 1}`;
        const at = join(folder, `kith-${role}-${i + 1}`);
        const listens = port + r * perRole + i;
        const env = {
          ...this.#env,
          KITH_ROLES: role,
          KITH_PORT: String(listens),
          KITH_DATA: join(folder, 'data'),
        };
        return new KithNode({
          name,
          role,
          port: listens,
          folder: at,
          env,
          onEnded: (what) => this.surprises.push(what),
        });
      }),
    );
  }

  get apis(): KithNode[] {
    return this.nodes.filter(({ role }) => role === 'api');
  }

  migrate(): void {
    const { status, stdout, stderr } = spawnSync(process.execPath, ['cli/main.ts', 'migrate'], {
      cwd: root,
      env: this.#env,
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`kith migrate ended with ${status}:\n${stdout}${stderr}`);
  }

  async start(): Promise<void> {
    // All at once would keep a small machine from starting any in time.
    for (let i = 0; i < this.nodes.length; i += perRole) {
      const some = this.nodes.slice(i, i + perRole);
      for (const node of some) node.start();
      await Promise.all(some.map((node) => node.untilReady()));
    }
  }

  async untilReady(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.untilReady()));
  }

  /** In good order; answers what went wrong. */
  async stop(): Promise<string[]> {
    for (const node of this.nodes) node.retire();
    const ends = await Promise.all(this.nodes.map((node) => node.stop()));
    return ends.filter((end) => end !== undefined);
  }

  async kill(): Promise<void> {
    for (const node of this.nodes) node.retire();
    await Promise.all(this.nodes.map((node) => node.kill()));
  }
}
