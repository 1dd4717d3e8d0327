import { join } from 'node:path';
import type { BenchContext } from '../context.ts';
import type { LoadResult } from '../load/plan.ts';
import { requestBytes, writeRequestFile } from '../load/request-file.ts';
import { alternate } from '../report/rounds.ts';
import { capture, writeAnswers } from '../servers/capture.ts';
import { type RunningServer, startSmallServer } from '../servers/child.ts';

export interface PageRequest {
  path: string;
  token?: string;
}

export interface Compared {
  kith: LoadResult[];
  bare: LoadResult[];
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
  const run = (port: number) => () => closedLoop(context, port, requestFile);
  const { kith: kithRuns, bare } = await alternate(rounds, {
    kith: run(kith.port),
    bare: run(bareServer.port),
  });
  const bodies = Object.values(answers).map(({ body }) => Buffer.byteLength(body));
  const pageBytes = bodies.reduce((sum, bytes) => sum + bytes, 0) / bodies.length;
  return { kith: kithRuns, bare, pageBytes, bareServer, requestFile };
}

/** One measurement as fast as answers come; throws if anything but success came back. */
export async function closedLoop(
  { generator, connections, warmupMs, durationMs }: BenchContext,
  port: number,
  requestFile: string,
): Promise<LoadResult> {
  return sound(await generator.run({ port, connections, requestFile, warmupMs, durationMs }));
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
