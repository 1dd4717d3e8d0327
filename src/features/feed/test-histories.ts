import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import fc from 'fast-check';
import { actions, type History, playHistory, ringMax, type SharedTimelines } from './test-history.ts';

export interface HistoriesRequest {
  paused: boolean;
  tight: boolean;
  runs: number;
  seed: number | undefined;
  /** Where timelines come from that the processes of a history share, and what is to be said there. */
  shared?: { module: string; options: object };
}

/** What such a module exports. */
interface SharedModule {
  shareTimelines(options: object, ringMax: number): Promise<SharedTimelines>;
  endShared(): Promise<void>;
}

/**
 * Plays random histories until one fails; answers the report, with seed and shrunk history, or undefined. In a
 * thread of its own, because the test runner's hooks on every promise cost more than the histories themselves.
 */
export function playHistories(request: HistoriesRequest): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: request });
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}

const often = [
  ...['post', 'post', 'post', 'post', 'follow', 'follow', 'unfollow'],
  ...['read', 'read', 'read', 'page', 'page', 'step', 'popular', 'popular'],
] as const;
const number = fc.nat(63);
const action = fc.record({ do: fc.constantFrom(...actions, ...often), a: number, b: number, c: number });

async function play({ paused, tight, runs, seed, shared }: HistoriesRequest): Promise<string | undefined> {
  const history: fc.Arbitrary<History> = fc.record({
    seed: fc.nat(2 ** 31 - 1),
    paused: fc.constant(paused),
    tight: fc.constant(tight),
    actions: fc.array(action, { minLength: 5, maxLength: 60, size: 'max' }),
  });
  const from: SharedModule | undefined = shared && (await import(shared.module));
  const playOne = async (each: History) => {
    const timelines = await from?.shareTimelines(shared!.options, ringMax);
    await playHistory(each, timelines).finally(() => timelines?.end());
  };
  const details = await fc.check(fc.asyncProperty(history, playOne), {
    numRuns: runs,
    ...(seed === undefined ? {} : { seed }),
  });
  await from?.endShared();
  if (!details.failed) return undefined;
  return `${fc.defaultReportMessage(details)}\n${String((details.errorInstance as Error | null)?.stack)}`;
}

if (!isMainThread && parentPort) parentPort.postMessage(await play(workerData as HistoriesRequest));
