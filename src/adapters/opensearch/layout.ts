import { SearchError } from '../../ports/search/search.ts';
import { type Connection, MissingIndex } from './connection.ts';
import { definitionOf, type IndexShape, type Kind, kinds, schemaVersion } from './schema.ts';

/**
 * Which indexes there are and what they are for is said by aliases alone, which change all at once or not at
 * all. A *generation* is one index of each kind. `…-posts` is where queries go. Writers use names that hold the
 * *epoch*, `…-posts-w7`, and `…-posts-n7` for the generation that is being built: every change of roles begins a
 * new epoch, so a process that does not know yet writes to a name that is gone, and looks again.
 */
export interface Layout {
  epoch: number;
  /** All that queries need is there. */
  isWhole: boolean;
  isBuilt: boolean;
  isRebuilding: boolean;
  /** What serves, and what is being built: names of indexes. */
  current: Partial<Record<Kind, string>>;
  next: Partial<Record<Kind, string>>;
  /** Everything else that carries our name: left by processes that ended. */
  orphans: string[];
  /** Above every generation there is. */
  freeGeneration: number;
}

export type Role = 'w' | 'n';

/** One index is made at a time, by whoever comes first. */
const attemptsMax = 3 * kinds.length;

export class Indexes {
  readonly #connection: Connection;
  readonly #base: string;
  readonly #shape: IndexShape;

  constructor(connection: Connection, { prefix, shape }: { prefix: string; shape: IndexShape }) {
    this.#connection = connection;
    this.#base = `${prefix}-v${schemaVersion}`;
    this.#shape = shape;
  }

  readAlias = (kind: Kind): string => `${this.#base}-${kind}`;
  writeAlias = (kind: Kind, role: Role, epoch: number): string => `${this.#base}-${kind}-${role}${epoch}`;
  get builtAlias(): string {
    return `${this.#base}-built`;
  }
  indexName = (kind: Kind, generation: number): string => `${this.#base}-${kind}-${generation}`;

  async read(): Promise<Layout> {
    type Answer = Record<string, { aliases: Record<string, object> }>;
    const path = `/${this.#base}-*/_alias`;
    const query = { expand_wildcards: 'all', allow_no_indices: true };
    const found = await this.#connection.send<Answer>('control', { method: 'GET', path, query });
    const layout: Layout = {
      epoch: 0,
      isWhole: false,
      isBuilt: false,
      isRebuilding: false,
      current: {},
      next: {},
      orphans: [],
      freeGeneration: 1,
    };
    let built = 0;
    for (const [index, { aliases }] of Object.entries(found)) {
      const kind = kinds.find((each) => index.startsWith(`${this.#base}-${each}-`));
      if (!kind) continue;
      const generation = Number(index.slice(this.#base.length + kind.length + 2));
      if (generation >= layout.freeGeneration) layout.freeGeneration = generation + 1;
      const names = Object.keys(aliases);
      const roles = names.map((name) => /-([wn])(\d+)$/.exec(name)).filter((match) => match !== null);
      for (const [, , epoch] of roles) layout.epoch = Math.max(layout.epoch, Number(epoch));
      if (names.includes(this.readAlias(kind))) {
        layout.current[kind] = index;
        if (kind !== 'state' && names.includes(this.builtAlias)) built++;
      } else if (roles.some(([, role]) => role === 'n')) layout.next[kind] = index;
      else layout.orphans.push(index);
    }
    layout.isWhole = kinds.every((kind) => layout.current[kind] !== undefined);
    layout.isRebuilding = kinds.every((kind) => layout.next[kind] !== undefined);
    layout.isBuilt = layout.isWhole && built === kinds.length - 1;
    return layout;
  }

  /** Makes what is missing of the indexes that serve, empty. Several processes may do so at once. */
  async ensure(): Promise<Layout> {
    for (let attempt = 0; attempt < attemptsMax; attempt++) {
      const layout = await this.read();
      if (layout.isWhole) return layout;
      const missing = kinds.find((kind) => layout.current[kind] === undefined)!;
      // The first index made decides the epoch; whoever makes the others reads it there.
      const epoch = layout.epoch || Math.floor(this.#connection.clock.nowMs() / 1000);
      const aliases = { [this.readAlias(missing)]: {}, [this.writeAlias(missing, 'w', epoch)]: {} };
      const name = this.indexName(missing, layout.freeGeneration);
      await this.#create(name, definitionOf(missing, this.#shape, { aliases })).catch(ignoreExisting);
    }
    throw new SearchError('unavailable', 'the indexes of the search cannot be made');
  }

  /** A whole generation without a role. Undefined where another process is making the same. */
  async create(generation: number, durability?: 'async'): Promise<Record<Kind, string> | undefined> {
    const names = namesOf(this, generation);
    try {
      for (const kind of kinds)
        await this.#create(names[kind], definitionOf(kind, this.#shape, durability ? { durability } : {}));
      return names;
    } catch (error) {
      if (isExisting(error)) return undefined;
      throw error;
    }
  }

  /** All of it, or nothing: false where a name that should go is no longer there, because somebody was faster. */
  async change(actions: readonly object[]): Promise<boolean> {
    try {
      await this.#connection.send('control', { method: 'POST', path: '/_aliases', body: { actions } });
      return true;
    } catch (error) {
      if (error instanceof MissingIndex) return false;
      throw error;
    }
  }

  /** Gone, or as good as gone: what stays is removed with the next rebuild. */
  async remove(names: readonly string[]): Promise<void> {
    for (const name of names) {
      const request = { method: 'DELETE', path: `/${name}` } as const;
      await this.#connection.send('control', request).catch(() => {});
    }
  }

  async #create(name: string, body: object): Promise<void> {
    await this.#connection.send('control', { method: 'PUT', path: `/${name}`, body });
  }
}

const namesOf = (indexes: Indexes, generation: number) =>
  Object.fromEntries(kinds.map((kind) => [kind, indexes.indexName(kind, generation)])) as Record<
    Kind,
    string
  >;

const isExisting = (error: unknown) => String((error as Error).message).includes('resource_already_exists');
function ignoreExisting(error: unknown): void {
  if (!isExisting(error)) throw error;
}

export const addAlias = (index: string, alias: string) => ({ add: { index, alias } });
/** The whole change fails where this is no longer so. */
export const removeAlias = (index: string, alias: string) => ({ remove: { index, alias, must_exist: true } });
