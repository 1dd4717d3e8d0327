import { join } from 'node:path';
import type { BenchContext } from '../context.ts';
import type { LoadResult } from '../load/plan.ts';
import { requestBytes, writeRequestFile } from '../load/request-file.ts';
import { figure } from '../report/figures.ts';
import { alternate } from '../report/rounds.ts';
import { capture, writeAnswers } from '../servers/capture.ts';
import { type RunningServer, startSmallServer } from '../servers/child.ts';
import { processorMs } from '../servers/processor-time.ts';

export interface PageRequest {
  path: string;
  token?: string;
}

/** A measurement with what the server's process spent on each request, in microseconds; NaN where not known. */
export interface Measured extends LoadResult {
  processorUs: number;
}

export interface Compared {
  kith: Measured[];
  bare: Measured[];
  /** Mean size of a page's body. */
  pageBytes: number;
  /** Asked for the same requests, so that further measurements can follow. */
  bareServer: RunningServer;
  requestFile: string;
}

/**
 * The same requests to Kith and to bare `node:http` that sends the bytes and headers Kith sent for them, by the same
 * load generator over as many connections, in turning order.
 */
export async function comparePages(
  context: BenchContext,
  kith: RunningServer,
  { name, requests }: { name: string; requests: readonly PageRequest[] },
): Promise<Compared> {
  const { rounds, workDir } = context;
  const answers = await capture(kith.port, requests);
  const answerFile = join(workDir, `${name}.answers.json`);
  writeAnswers(answerFile, answers);
  const requestFile = join(workDir, `${name}.requests`);
  writeRequestFile(requestFile, requests.map(requestBytes));
  const bareServer = await startSmallServer('bare.ts', answerFile);
  const run = (server: RunningServer) => () => closedLoop(context, server, requestFile);
  const { kith: kithRuns, bare } = await alternate(rounds, {
    kith: run(kith),
    bare: run(bareServer),
  });
  const bodies = Object.values(answers).map(({ body }) => Buffer.byteLength(body));
  const pageBytes = bodies.reduce((sum, bytes) => sum + bytes, 0) / bodies.length;
  return { kith: kithRuns, bare, pageBytes, bareServer, requestFile };
}

/** One measurement as fast as answers come; throws if anything but success came back. */
export async function closedLoop(
  { generator, connections, warmupMs, durationMs }: BenchContext,
  { port, pid }: RunningServer,
  requestFile: string,
): Promise<Measured> {
  const beforeMs = processorMs(pid) ?? Number.NaN;
  const result = sound(await generator.run({ port, connections, requestFile, warmupMs, durationMs }));
  const spentMs = (processorMs(pid) ?? Number.NaN) - beforeMs;
  return { ...result, processorUs: (spentMs / result.sent) * 1000 };
}

/** One measurement at a rate that does not wait for answers. */
export async function openLoop(
  { generator, connections, warmupMs, durationMs }: BenchContext,
  port: number,
  { requestFile, ratePerSecond }: { requestFile: string; ratePerSecond: number },
): Promise<LoadResult> {
  return sound(await generator.run({ port, connections, requestFile, warmupMs, durationMs, ratePerSecond }));
}

/** A figure of refusals would mean nothing. */
export function sound(result: LoadResult): LoadResult {
  if (Object.keys(result.refused).length > 0) {
    throw new Error(`not every request succeeded: ${JSON.stringify(result.refused)}`);
  }
  if (result.answered === 0) throw new Error('nothing was answered');
  return result;
}

export const perSecondOf = (runs: readonly LoadResult[]) => runs.map(({ perSecond }) => perSecond);

/** The processor's time for each page, on both sides: steadier than throughput where the machine has other work. */
export const processorFigure = (name: string, { kith, bare }: Compared) =>
  figure(
    `${name}, processor time of the server`,
    kith.map(({ processorUs }) => processorUs),
    'µs a page',
    {
      against: bare.map(({ processorUs }) => processorUs),
      inverse: true,
    },
  );
