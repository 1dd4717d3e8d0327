import { join } from 'node:path';
import type { BenchContext } from '../context.ts';
import { requestBytes, writeRequestFile } from '../load/request-file.ts';
import { figure, type Section } from '../report/figures.ts';
import { startSmallServer } from '../servers/child.ts';

const bodyBytes = 14_000;

/** How fast the load generator itself can go: nothing measured here may come near it. */
export async function benchCeiling(context: BenchContext): Promise<Section> {
  const { generator, rounds, connections, warmupMs, durationMs, workDir } = context;
  const requestFile = join(workDir, 'ceiling.requests');
  writeRequestFile(requestFile, [requestBytes({ path: '/v1/feeds/0', token: 'x'.repeat(60) })]);
  const server = await startSmallServer('canned.ts', String(bodyBytes));
  const perSecond: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const run = await generator.run({ port: server.port, connections, requestFile, warmupMs, durationMs });
    perSecond.push(run.perSecond);
  }
  await server.stop();
  return {
    name: 'ceiling',
    title: 'Load generator',
    figures: [figure('its own ceiling', perSecond, 'answers/s')],
    notes: [
      `against a socket that sends ${bodyBytes} bytes back without reading HTTP; ${connections} connections, no pipelining`,
    ],
  };
}
