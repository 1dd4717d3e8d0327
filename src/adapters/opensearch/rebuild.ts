import { type Rebuild, SearchError } from '../../ports/search/search.ts';
import { lineOfNew, sendBulk, settle } from './bulk.ts';
import { type Connection, MissingIndex } from './connection.ts';
import { type Operation, operationOf } from './documents.ts';
import { addAlias, type Indexes, type Layout, removeAlias } from './layout.ts';
import { type Kind, kinds } from './schema.ts';

/** How often whoever rebuilds shows that it lives, and after how long without it others take it for dead. */
export const beatEveryMs = 5000;
export const deadAfterMs = 30_000;
/** Queries that began on the old indexes are over by then. */
const oldKeptMs = 6000;

export interface RebuildDeps {
  connection: Connection;
  indexes: Indexes;
  layout: Layout;
  learn: (layout: Layout) => void;
  /** Called with names of indexes that nothing uses any more. */
  removeLater: (names: string[], afterMs: number) => void;
}

/** Throws `unavailable` where another process was faster. */
export async function beginRebuild(deps: RebuildDeps): Promise<Rebuild> {
  const { connection, indexes, layout } = deps;
  // Until it serves, nobody counts on it: its bytes are synced at the end, not with each bulk.
  const names = await indexes.create(layout.freeGeneration, 'async');
  if (!names) throw taken();
  const epoch = layout.epoch + 1;
  // An older position is a safe one, and `apply` brings both on.
  const position = await readPosition(connection, layout.current.state!);
  await putState(connection, names.state, 'position', { position });
  await putState(connection, names.state, 'beat', { beat: 0 });
  const isMine = await indexes.change(
    kinds.flatMap((kind) => [
      removeAlias(layout.current[kind]!, indexes.writeAlias(kind, 'w', layout.epoch)),
      addAlias(layout.current[kind]!, indexes.writeAlias(kind, 'w', epoch)),
      addAlias(names[kind], indexes.writeAlias(kind, 'n', epoch)),
    ]),
  );
  if (!isMine) {
    await indexes.remove(Object.values(names));
    throw taken();
  }
  deps.learn({ ...layout, epoch, next: names, isRebuilding: true });
  await indexes.remove(layout.orphans);
  return new RunningRebuild(deps, epoch, names);
}

const taken = () => new SearchError('unavailable', 'a rebuild is running');

class RunningRebuild implements Rebuild {
  readonly #deps: RebuildDeps;
  readonly #epoch: number;
  readonly #names: Record<Kind, string>;
  readonly #timer: NodeJS.Timeout;
  #beat = 0;

  constructor(deps: RebuildDeps, epoch: number, names: Record<Kind, string>) {
    this.#deps = deps;
    this.#epoch = epoch;
    this.#names = names;
    this.#timer = setInterval(() => {
      putState(deps.connection, names.state, 'beat', { beat: ++this.#beat }).catch(() => {});
    }, beatEveryMs).unref();
  }

  async add(changes: Parameters<Rebuild['add']>[0]): Promise<void> {
    const { connection, indexes } = this.#deps;
    const lines = changes
      .map(operationOf)
      .filter(({ op }) => op === 'put')
      .map((operation: Operation) =>
        lineOfNew(operation, indexes.writeAlias(operation.kind, 'n', this.#epoch)),
      );
    if (lines.length === 0) return;
    await this.#asMine(() => sendBulk(connection, lines.join(''), { refresh: false }));
  }

  async finish(): Promise<void> {
    const { connection, indexes, learn, removeLater } = this.#deps;
    const names = this.#names;
    const all = Object.values(names);
    // From here on every change is synced before it is acknowledged, and then all that came before is.
    await this.#asMine(() =>
      connection.send('control', {
        method: 'PUT',
        path: `/${all.join(',')}/_settings`,
        body: { 'index.translog.durability': 'request' },
      }),
    );
    await this.#asMine(() => settle(connection, all));
    const before = await indexes.read();
    const isDone =
      before.epoch === this.#epoch &&
      (await indexes.change([
        ...kinds.flatMap((kind) => [
          removeAlias(before.current[kind]!, indexes.readAlias(kind)),
          removeAlias(before.current[kind]!, indexes.writeAlias(kind, 'w', this.#epoch)),
          removeAlias(names[kind], indexes.writeAlias(kind, 'n', this.#epoch)),
          addAlias(names[kind], indexes.readAlias(kind)),
          addAlias(names[kind], indexes.writeAlias(kind, 'w', this.#epoch + 1)),
        ]),
        addAlias(names.posts, indexes.builtAlias),
        addAlias(names.users, indexes.builtAlias),
      ]));
    if (!isDone) throw ended();
    this.#end();
    learn(await indexes.read());
    await this.#removeMarks();
    removeLater(Object.values(before.current), oldKeptMs);
  }

  async abort(): Promise<void> {
    this.#end();
    const { indexes, learn } = this.#deps;
    const layout = await indexes.read();
    if (layout.epoch === this.#epoch && layout.isRebuilding) await abortRebuild(indexes, layout);
    learn(await indexes.read());
  }

  /** Marks of what was removed meanwhile. Those that come later are few, and found by no query either. */
  async #removeMarks(): Promise<void> {
    const { connection } = this.#deps;
    const path = `/${this.#names.posts},${this.#names.users}/_delete_by_query`;
    const query = { conflicts: 'proceed', refresh: true };
    const body = { query: { term: { removed: true } } };
    await connection.send('write', { method: 'POST', path, query, body }).catch(() => {});
  }

  #end(): void {
    clearInterval(this.#timer);
  }

  async #asMine<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      throw error instanceof MissingIndex ? ended() : error;
    }
  }
}

const ended = () => new SearchError('unavailable', 'the rebuild was ended by somebody else');

/** Gives up what is being built, whoever builds it. */
export async function abortRebuild(indexes: Indexes, layout: Layout): Promise<void> {
  const { epoch, current, next } = layout;
  const isMine = await indexes.change(
    kinds.flatMap((kind) => [
      ...(current[kind]
        ? [
            removeAlias(current[kind], indexes.writeAlias(kind, 'w', epoch)),
            addAlias(current[kind], indexes.writeAlias(kind, 'w', epoch + 1)),
          ]
        : []),
      ...(next[kind] ? [removeAlias(next[kind], indexes.writeAlias(kind, 'n', epoch))] : []),
    ]),
  );
  if (isMine) await indexes.remove(Object.values(next));
}

interface StateDocument {
  _source?: { position?: number; beat?: number };
}

/** 0 where nothing is known. */
export async function readPosition(connection: Connection, index: string): Promise<number> {
  return (await readState(connection, index, 'position'))?.position ?? 0;
}

/** Undefined where it is gone. */
export async function readBeat(connection: Connection, index: string): Promise<number | undefined> {
  return (await readState(connection, index, 'beat'))?.beat;
}

async function readState(connection: Connection, index: string, id: string) {
  const path = `/${index}/_mget`;
  const request = { method: 'POST', path, body: { ids: [id] } } as const;
  const { docs } = await connection.send<{ docs: (StateDocument & { error?: { type?: string } })[] }>(
    'control',
    request,
  );
  return docs[0]?._source;
}

async function putState(connection: Connection, index: string, id: string, body: object): Promise<void> {
  await connection.send('control', { method: 'PUT', path: `/${index}/_doc/${id}`, body });
}
