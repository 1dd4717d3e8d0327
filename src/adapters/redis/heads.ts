import type { Id } from '../../lib/ids.ts';
import type { HeadFill, HeadState, Run, RunRequest } from '../../ports/timelines/timelines.ts';
import type { Call } from './connection.ts';
import { doubleAt, doubles } from './doubles.ts';
import { fillHeadsScript, openHeadsScript, pushHeadsScript, readHeadsScript } from './head-scripts.ts';
import { nonce } from './nonce.ts';
import { slackOf } from './ring-lua.ts';
import type { KeyBatch, Scope } from './scope.ts';
import { callScript } from './script.ts';

/** Since it was last opened, filled or pushed to. Reading does not count: one a read would double its cost. */
const headTtlMs = 3 * 86_400_000;

/** The newest keys of an author as they came. */
export interface HeadRun {
  floor: number;
  /** Keys held below these. */
  rest: number;
  /** Ascending doubles, from byte `runKeysAt` on. */
  packed: Buffer;
  count: number;
}
export const runKeysAt = 16;

export async function openHeads(scope: Scope, authors: readonly Id[], ringMax: number): Promise<HeadState[]> {
  const batches = scope.batches(authors, (id) => scope.head(id));
  const replies = await scope.trip(
    batches.map(({ keys }) =>
      callScript(openHeadsScript, keys, [headTtlMs, doubles([ringMax, ...keys.map(() => nonce())])]),
    ),
  );
  const states = new Array<HeadState>(authors.length);
  for (const [n, { at }] of batches.entries()) {
    const packed = replies[n] as Buffer;
    for (const [i, place] of at.entries())
      states[place] = { term: doubleAt(packed, 2 * i), floor: doubleAt(packed, 2 * i + 1) };
  }
  return states;
}

export async function fillHeads(scope: Scope, fills: readonly HeadFill[], ringMax: number): Promise<void> {
  const ids = fills.map(({ authorId }) => authorId);
  const calls = scope
    .batches(ids, (id) => scope.head(id))
    .map(({ keys, at }) => {
      const packed = at.map((i) => {
        const { term, from, below, keys: found } = fills[i]!;
        return doubles([term, from, below, ...ascending(found)]);
      });
      return callScript(fillHeadsScript, keys, [headTtlMs, ringMax, ...packed]);
    });
  if (calls.length > 0) await scope.trip(calls);
}

/** Each once. */
function ascending(keys: readonly number[]): number[] {
  return [...new Set(keys)].sort((a, b) => a - b);
}

export async function pushHeads(
  scope: Scope,
  posts: readonly { authorId: Id; key: number }[],
  ringMax: number,
): Promise<void> {
  const ids = posts.map(({ authorId }) => authorId);
  const calls = scope
    .batches(ids, (id) => scope.head(id))
    .map(({ keys, at }) => {
      const packed = doubles(at.map((i) => posts[i]!.key));
      return callScript(pushHeadsScript, keys, [headTtlMs, ringMax, ringMax + slackOf(ringMax), packed]);
    });
  if (calls.length > 0) await scope.trip(calls);
}

export interface HeadsReading {
  calls: Call[];
  /** Takes the replies to these calls; undefined where there is no filled head. */
  take(replies: readonly unknown[]): (HeadRun | undefined)[];
}

/** The calls that read the newest keys below `before`, which is one for all or one for each. */
export function readingHeads(
  scope: Scope,
  authors: readonly Id[],
  { before, limit, ringMax }: { before: number | readonly number[]; limit: number; ringMax: number },
): HeadsReading {
  const batches = scope.batches(authors, (id) => scope.head(id));
  const befores = ({ at }: KeyBatch) => (typeof before === 'number' ? [before] : at.map((i) => before[i]!));
  const wanted = Math.min(limit, ringMax);
  const calls = batches.map((batch) =>
    callScript(readHeadsScript, batch.keys, [doubles([ringMax, wanted, ...befores(batch)])]),
  );
  const take = (replies: readonly unknown[]) => {
    const runs = new Array<HeadRun | undefined>(authors.length).fill(undefined);
    for (const [n, { at }] of batches.entries()) {
      const answers = replies[n] as Buffer[];
      for (const [i, place] of at.entries()) runs[place] = parseRun(answers[i]!);
    }
    return runs;
  };
  return { calls, take };
}

function parseRun(packed: Buffer): HeadRun | undefined {
  if (packed.length === 0) return undefined;
  const floor = doubleAt(packed, 0);
  if (floor === Number.POSITIVE_INFINITY) return undefined;
  return { floor, rest: doubleAt(packed, 1), packed, count: (packed.length - runKeysAt) / 8 };
}

export async function headRuns(
  scope: Scope,
  requests: readonly RunRequest[],
  { limit, ringMax }: { limit: number; ringMax: number },
): Promise<Run[]> {
  if (requests.length === 0) return [];
  const before = requests.map((request) => request.before);
  const ids = requests.map(({ authorId }) => authorId);
  const reading = readingHeads(scope, ids, { before, limit, ringMax });
  const runs = reading.take(await scope.trip(reading.calls));
  return runs.map((run) => {
    if (!run) return { keys: [], floor: Number.POSITIVE_INFINITY };
    const keys: number[] = [];
    let isCut = run.rest > 0;
    for (let i = run.count - 1; i >= 0; i--) {
      const key = run.packed.readDoubleBE(runKeysAt + 8 * i);
      if (key < run.floor) {
        isCut = false;
        break;
      }
      keys.push(key);
    }
    return { keys, floor: isCut ? Math.max(keys.at(-1) ?? 0, run.floor) : run.floor };
  });
}
