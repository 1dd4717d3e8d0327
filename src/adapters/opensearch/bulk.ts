import { pause } from '../../lib/waiting.ts';
import { SearchError } from '../../ports/search/search.ts';
import { bulkFailure, type Connection, MissingIndex } from './connection.ts';
import { type Operation, removedSource } from './documents.ts';
import type { Indexes, Role } from './layout.ts';

interface ItemError {
  type?: string;
  reason?: string;
}
type Item = Record<string, { status?: number; error?: ItemError }>;
interface BulkAnswer {
  errors?: boolean;
  items?: Item[];
}

const retriesOnConflict = 5;

/** The lines for one operation in the indexes of that role. */
export function linesOf({ kind, op, id, source }: Operation, index: string, role: Role): string {
  if (op === 'put') return `{"index":{"_index":"${index}","_id":"${id}"}}\n${source}\n`;
  if (op === 'update') {
    const head = { update: { _index: index, _id: id, retry_on_conflict: retriesOnConflict } };
    return `${JSON.stringify(head)}\n{"doc":${source}}\n`;
  }
  // While an index is built, what was removed leaves a mark, so that the rebuild does not bring it back.
  if (role === 'n') return linesOf({ kind, op: 'put', id, source: removedSource }, index, role);
  return `{"delete":{"_index":"${index}","_id":"${id}"}}\n`;
}

/** As `put`, unless there is something already. */
export const lineOfNew = ({ id, source }: Operation, index: string): string =>
  `{"create":{"_index":"${index}","_id":"${id}"}}\n${source}\n`;

/** What an operation asks for is so already. */
const harmless = new Set(['document_missing_exception', 'version_conflict_engine_exception']);

/** What a busy engine puts off is sent again, after twice as long each time. */
const triesMax = 6;
const firstPauseMs = 250;

/** All of the lines, or an error; what was done before it may stay. Durable when it resolves. */
export async function sendBulk(
  connection: Connection,
  lines: string,
  options: { refresh: boolean },
): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      return await sendOnce(connection, lines, options);
    } catch (error) {
      if (!(error instanceof SearchError) || error.kind !== 'overloaded' || tries >= triesMax) throw error;
      const pauseMs = firstPauseMs * 2 ** tries * (0.5 + connection.clock.random() / 2);
      await pause(pauseMs);
    }
  }
}

async function sendOnce(
  connection: Connection,
  lines: string,
  { refresh }: { refresh: boolean },
): Promise<void> {
  const answer = await connection.send<BulkAnswer>('write', {
    method: 'POST',
    path: '/_bulk',
    // A name that is gone must fail: it says that the roles have changed.
    query: { require_alias: true, refresh, filter_path: 'errors,items.*.status,items.*.error' },
    lines,
  });
  if (!answer.errors) return;
  const failed = (answer.items ?? [])
    .flatMap((item) => Object.entries(item))
    .filter(([op, { error }]) => error && !isHarmless(op, error))
    .map(([, { status, error }]) => ({ ...(status !== undefined && { status }), ...error }));
  if (failed.length > 0) throw bulkFailure(failed);
}

const isHarmless = (op: string, { type }: ItemError): boolean =>
  type !== undefined && harmless.has(type) && !(op === 'update' && type.startsWith('version'));

/** Refreshed, and every byte of it on the disk. */
export async function settle(connection: Connection, names: readonly string[]): Promise<void> {
  const path = `/${names.join(',')}`;
  for (const what of ['_flush', '_refresh'])
    await connection.send('write', { method: 'POST', path: `${path}/${what}` }, settleTimeoutMs);
}
const settleTimeoutMs = 300_000;

/** Runs it with the epoch known, and once more each time the roles turn out to have changed. */
export async function withEpoch<Result>(
  indexes: Indexes,
  known: { epoch: number; isRebuilding: boolean },
  work: (layout: { epoch: number; isRebuilding: boolean }) => Promise<Result>,
  learn: (layout: Awaited<ReturnType<Indexes['read']>>) => void,
): Promise<Result> {
  let layout = known;
  for (let attempt = 0; ; attempt++) {
    try {
      return await work(layout);
    } catch (error) {
      if (!(error instanceof MissingIndex) || attempt >= changesOfRoleMax) throw error;
      const now = await indexes.read();
      if (!now.isWhole || now.epoch === layout.epoch) throw error;
      learn(now);
      layout = now;
    }
  }
}
const changesOfRoleMax = 4;
