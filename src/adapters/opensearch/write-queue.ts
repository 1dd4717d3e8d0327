import { SearchError } from '../../ports/search/search.ts';
import { linesOf, sendBulk, withEpoch } from './bulk.ts';
import type { Connection } from './connection.ts';
import type { Operation } from './documents.ts';
import type { Indexes, Layout, Role } from './layout.ts';

interface Waiting {
  operations: readonly Operation[];
  position: number | undefined;
  resolve: () => void;
  reject: (error: unknown) => void;
}

/** One request to the engine holds so much at most, besides the last that was put in. */
const bulkOperationsMax = 4000;
const bulkCharactersMax = 8_000_000;
/** Operations that wait; beyond, callers are told to come back. */
const waitingOperationsMax = 40_000;

/**
 * One bulk at a time, in order. What arrives while one is under way waits and goes with the next, all together
 * with one refresh: so many small changes cost little more than one.
 */
export class WriteQueue {
  readonly #connection: Connection;
  readonly #indexes: Indexes;
  readonly #layout: () => Promise<Layout>;
  readonly #learn: (layout: Layout) => void;
  #waiting: Waiting[] = [];
  #operations = 0;
  #bulks = 0;
  #running: Promise<void> | undefined;

  constructor(
    connection: Connection,
    indexes: Indexes,
    roles: { known: () => Promise<Layout>; learn: (layout: Layout) => void },
  ) {
    this.#connection = connection;
    this.#indexes = indexes;
    this.#layout = roles.known;
    this.#learn = roles.learn;
  }

  get operationsWaiting(): number {
    return this.#operations;
  }
  /** Requests so far, for many changes each. */
  get bulks(): number {
    return this.#bulks;
  }

  add(operations: readonly Operation[], position: number | undefined): Promise<void> {
    if (this.#operations + operations.length > waitingOperationsMax)
      return Promise.reject(new SearchError('overloaded', 'too many changes wait'));
    this.#operations += operations.length;
    return new Promise((resolve, reject) => {
      this.#waiting.push({ operations, position, resolve, reject });
      this.#running ??= this.#run();
    });
  }

  /** Resolves when nothing waits. */
  async idle(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    // Callers of the same moment go together, the first one too.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const batch = this.#take();
      try {
        await this.#write(batch);
        for (const { resolve } of batch) resolve();
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
      for (const { operations } of batch) this.#operations -= operations.length;
    }
    this.#running = undefined;
  }

  #take(): Waiting[] {
    const batch: Waiting[] = [];
    let operations = 0;
    let characters = 0;
    while (this.#waiting.length > 0 && operations < bulkOperationsMax && characters < bulkCharactersMax) {
      const next = this.#waiting.shift()!;
      batch.push(next);
      operations += next.operations.length;
      for (const { source } of next.operations) characters += source.length;
    }
    return batch;
  }

  async #write(batch: readonly Waiting[]): Promise<void> {
    const operations = batch.flatMap((each) => each.operations);
    const position = batch.findLast((each) => each.position !== undefined)?.position;
    const known = await this.#layout();
    await withEpoch(
      this.#indexes,
      known,
      async ({ epoch, isRebuilding }) => {
        const roles: Role[] = isRebuilding ? ['w', 'n'] : ['w'];
        this.#bulks++;
        if (operations.length > 0) {
          const lines = operations.flatMap((operation) =>
            roles.map((role) =>
              linesOf(operation, this.#indexes.writeAlias(operation.kind, role, epoch), role),
            ),
          );
          await sendBulk(this.#connection, lines.join(''), { refresh: true });
        }
        // Only now: what it stands for is on the disk, so a crash never leaves a position ahead of it.
        if (position === undefined) return;
        const places = roles.map((role) =>
          positionLines(this.#indexes.writeAlias('state', role, epoch), position),
        );
        await sendBulk(this.#connection, places.join(''), { refresh: false });
      },
      this.#learn,
    );
  }
}

export const positionLines = (index: string, position: number): string =>
  `{"index":{"_index":"${index}","_id":"position"}}\n{"position":${position}}\n`;
