import { randomUUID } from 'node:crypto';
import type { Client } from 'cassandra-driver';
import { type Id, nodesMax } from '../../lib/ids.ts';
import { pause } from '../../lib/waiting.ts';
import type { Clock } from '../../ports/clock/clock.ts';
import { UnknownOutcome } from './cql.ts';
import { createClient, type DriverOptions, meaningOf } from './driver-session.ts';
import { levels } from './levels.ts';

/** All of them in one partition: 256 rows at most. */
export const nodesDdl = `CREATE TABLE IF NOT EXISTS nodes (list text, node int, holder text, until_ms bigint,
  newest text, PRIMARY KEY (list, node))`;

export interface NodeLeaseOptions extends DriverOptions {
  keyspace: string;
  clock: Clock;
  /** The newest id given out under this number: whoever has the number next goes on above it. */
  newest: () => Id | undefined;
  /** The number is somebody else's by now: this process must end. */
  onLost: (error: Error) => void;
  onError?: (error: unknown, doing: string) => void;
}

/** A number from 0 to 255 that only this process mints ids under. */
export interface NodeLease {
  readonly node: number;
  /** The newest id minted under this number before. */
  readonly after: Id | undefined;
  /** False while it could not be renewed for so long that another process may have taken it. */
  isHeld(): boolean;
  release(): Promise<void>;
}

const list = 'nodes';
const leaseMs = 60_000;
const renewEveryMs = 10_000;
/** Clocks of different machines may differ by so much. */
const clocksDifferMsMax = 30_000;
const attemptsMax = 20;
/** Times the attempt, up to a random half more or less: many that start at once get out of each other's way. */
const attemptPauseMs = 100;

interface NodeRow {
  node: number;
  holder: string;
  untilMs: number;
  newest: Id | undefined;
}

/** Takes a free number. Throws where all are taken: more than 256 processes, or as many crashed within a minute. */
export async function leaseNode(options: NodeLeaseOptions): Promise<NodeLease> {
  const { keyspace, clock, newest, onLost, onError = () => {} } = options;
  const client = createClient(options, keyspace);
  const holder = randomUUID();
  const monotonicUntil = () => clock.monotonicMs() + leaseMs;
  let heldUntilMs = 0;

  const take = async ({ node, holder: before, untilMs }: Omit<NodeRow, 'newest'>, isNew: boolean) => {
    const until = BigInt(clock.nowMs() + leaseMs);
    const { rows } = isNew
      ? await client.execute(
          'INSERT INTO nodes (list, node, holder, until_ms) VALUES (?, ?, ?, ?) IF NOT EXISTS',
          [list, node, holder, until],
        )
      : await client.execute(
          'UPDATE nodes SET holder = ?, until_ms = ? WHERE list = ? AND node = ? IF holder = ? AND until_ms = ?',
          [holder, until, list, node, before, BigInt(untilMs)],
        );
    return rows[0]!['[applied]'] === true;
  };

  const extend = async (node: number, untilMs: number) => {
    const { rows } = await client.execute(
      'UPDATE nodes SET until_ms = ?, newest = ? WHERE list = ? AND node = ? IF holder = ?',
      [BigInt(untilMs), newest() ?? null, list, node, holder],
    );
    return rows[0]!['[applied]'] === true;
  };

  /** One that an attempt of unknown outcome took is found by its holder. Undefined if others were quicker. */
  const tryTaking = async (): Promise<NodeRow | undefined> => {
    const known = await readNodes(client);
    const own = [...known.values()].find((row) => row.holder === holder);
    if (own) return (await extend(own.node, clock.nowMs() + leaseMs)) ? own : undefined;
    const free = freeNodes(known, clock.nowMs());
    if (free.length === 0) {
      throw new Error('No number is free to mint ids under: are more than 256 processes running?');
    }
    const chosen = free[Math.floor(clock.random() * free.length)]!;
    return (await take(chosen, !known.has(chosen.node))) ? chosen : undefined;
  };

  const takeAny = async (): Promise<NodeRow> => {
    let last: unknown = new Error('Others took every number that was tried to mint ids under.');
    for (let attempt = 1; attempt <= attemptsMax; attempt++) {
      // Before every attempt, because what is taken holds from the moment the attempt began.
      heldUntilMs = monotonicUntil();
      try {
        const taken = await tryTaking();
        if (taken) return taken;
      } catch (error) {
        if (!(meaningOf(error as Error) instanceof UnknownOutcome)) throw error;
        last = error;
        await pause(attempt * attemptPauseMs * (0.5 + clock.random()));
      }
    }
    throw last;
  };

  let found: NodeRow;
  try {
    await client.connect();
    found = await takeAny();
  } catch (error) {
    await client.shutdown();
    throw error;
  }
  const { node, newest: after } = found;
  const renew = async () => {
    const until = monotonicUntil();
    try {
      if (await extend(node, clock.nowMs() + leaseMs)) heldUntilMs = until;
      else onLost(new Error(`Another process mints ids under the number ${node}.`));
    } catch (error) {
      onError(error, 'renewing the number that ids are minted under');
    }
  };
  const timer = setInterval(() => void renew(), renewEveryMs).unref();
  return {
    node,
    after,
    isHeld: () => clock.monotonicMs() < heldUntilMs,
    async release() {
      clearInterval(timer);
      // Expired rather than removed: its newest id stays known.
      await extend(node, 0).catch((error: unknown) => onError(error, 'giving back the number'));
      await client.shutdown();
    },
  };
}

/** How many numbers are held now. */
export async function nodesHeld(client: Client, nowMs: number): Promise<number> {
  const known = await readNodes(client);
  return [...known.values()].filter(({ untilMs }) => untilMs > nowMs).length;
}

/** Whoever has that number next goes on above this id, if not above a later one. */
export async function newestOfNode(client: Client, node: number, newest: Id): Promise<void> {
  await client.execute(
    "INSERT INTO nodes (list, node, holder, until_ms, newest) VALUES (?, ?, '', 0, ?) IF NOT EXISTS",
    [list, node, newest],
  );
  for (const condition of ['newest = null', 'newest < ?']) {
    const bound = condition.includes('?') ? [newest] : [];
    await client.execute(`UPDATE nodes SET newest = ? WHERE list = ? AND node = ? IF ${condition}`, [
      newest,
      list,
      node,
      ...bound,
    ]);
  }
}

async function readNodes(client: ReturnType<typeof createClient>): Promise<Map<number, NodeRow>> {
  const { rows } = await client.execute(
    'SELECT node, holder, until_ms, newest FROM nodes WHERE list = ?',
    [list],
    { consistency: levels.settle },
  );
  return new Map(
    rows.map((row) => {
      const node = row['node'] as number;
      const newest = (row['newest'] as string | null) ?? undefined;
      return [node, { node, holder: row['holder'] as string, untilMs: Number(row['until_ms']), newest }];
    }),
  );
}

/** Those given back or never used before those whose holder vanished. */
function freeNodes(known: ReadonlyMap<number, NodeRow>, nowMs: number): NodeRow[] {
  const unused = Array.from({ length: nodesMax }, (_, node) => node).filter((node) => !known.has(node));
  const givenBack = [...known.values()].filter(({ untilMs }) => untilMs === 0);
  if (givenBack.length > 0) return givenBack;
  if (unused.length > 0) return unused.map((node) => ({ node, holder: '', untilMs: 0, newest: undefined }));
  return [...known.values()].filter(({ untilMs }) => untilMs + clocksDifferMsMax < nowMs);
}
