/**
 * Which region decides: the data centre of Cassandra that the installation is at home in. Decisions are made by the
 * copies of one data centre (levels.ts), so processes of two must never write at one time.
 */
import type { Client } from 'cassandra-driver';
import { createClient, type DriverOptions } from './driver-session.ts';

export interface HomeOptions extends DriverOptions {
  keyspace: string;
}

const rowName = 'home';
const watchEveryMs = 10_000;

/** Undefined where nobody has said so yet: an installation made before there was a choice. */
export const readHome = (options: HomeOptions): Promise<string | undefined> =>
  withClient(options, (client) => homeOf(client));

/** Makes this process's data centre the home unless there is one. Answers which it is. */
export function settleHome(options: HomeOptions): Promise<string> {
  const { localDataCenter } = options;
  return withClient(options, async (client) => {
    const standing = await homeOf(client);
    if (standing !== undefined) return standing;
    await client.execute('UPDATE store_state SET value = ? WHERE name = ? IF value = null', [
      localDataCenter,
      rowName,
    ]);
    return (await homeOf(client)) ?? localDataCenter;
  });
}

/**
 * Makes this process's data centre the home, whatever was before. No process of the other one may write any more:
 * nobody here can know that. Answers what was before.
 */
export function moveHome(options: HomeOptions): Promise<string | undefined> {
  const { localDataCenter } = options;
  return withClient(options, async (client) => {
    const before = await homeOf(client);
    await client.execute('UPDATE store_state SET value = ? WHERE name = ? IF EXISTS', [
      localDataCenter,
      rowName,
    ]);
    if ((await homeOf(client)) !== localDataCenter) throw new Error('There is no home region to take over.');
    return before;
  });
}

export interface HomeWatch {
  close(): Promise<void>;
}

/** Looks now and then whether this is still the home; a region that was cut off learns so when it is back. */
export async function watchHome(
  options: HomeOptions,
  { onMoved, everyMs = watchEveryMs }: { onMoved: (home: string) => void; everyMs?: number },
): Promise<HomeWatch> {
  const client = createClient(options, options.keyspace);
  await client.connect();
  const look = async () => {
    // Whether Cassandra answers is watched elsewhere.
    const home = await homeOf(client).catch(() => undefined);
    if (home !== undefined && home !== options.localDataCenter) onMoved(home);
  };
  const timer = setInterval(() => void look(), everyMs).unref();
  return {
    async close() {
      clearInterval(timer);
      await client.shutdown();
    },
  };
}

async function homeOf(client: Client): Promise<string | undefined> {
  const { rows } = await client.execute('SELECT value FROM store_state WHERE name = ?', [rowName]);
  return (rows[0]?.['value'] as string | null | undefined) ?? undefined;
}

async function withClient<Result>(options: HomeOptions, use: (client: Client) => Promise<Result>) {
  const client = createClient(options, options.keyspace);
  try {
    return await use(client);
  } finally {
    await client.shutdown();
  }
}
