import { join } from 'node:path';
import type { BenchContext } from '../context.ts';
import type { DeliveryResult } from '../load/plan.ts';
import { writeRequestFile } from '../load/request-file.ts';
import { figure, type Section } from '../report/figures.ts';
import { startKith } from '../servers/kith.ts';
import { copyOfWorld } from '../world/open-world.ts';
import { postRequests } from './post-requests.ts';

const streamsMax = 200;
const ratePerSecond = 1_000;
const quickRatePerSecond = 200;

/** From a post's acknowledgement to its event in the streams of the followers who are online, while others post. */
export async function benchDelivery(context: BenchContext): Promise<Section> {
  const { quick, generator, rounds, connections, durationMs, workDir } = context;
  const world = copyOfWorld(await context.world('small'), join(workDir, 'delivery'));
  const requestFile = join(workDir, 'delivery.requests');
  writeRequestFile(requestFile, postRequests(world.writers, 2_000));
  const tokens = world.warmReaders.slice(0, streamsMax).map(({ token }) => token);
  const kith = await startKith({ dataDir: world.dataDir });
  try {
    const runs: DeliveryResult[] = [];
    for (let round = 0; round < rounds; round++) {
      const rate = quick ? quickRatePerSecond : ratePerSecond;
      runs.push(
        await generator.deliver({
          port: kith.port,
          tokens,
          connections,
          requestFile,
          ratePerSecond: rate,
          durationMs,
        }),
      );
    }
    if (runs.some(({ refused, events }) => refused > 0 || events === 0)) {
      throw new Error(`posts were refused or no event came: ${JSON.stringify(runs)}`);
    }
    const of = (name: string, which: 'p50' | 'p99') => [
      figure(
        `${name}, ${which}`,
        runs.map(({ delayMs }) => delayMs[which]),
        'ms',
      ),
    ];
    return {
      name: 'delivery',
      title: 'Acknowledgement to event',
      figures: [
        ...of('until a follower’s stream has it', 'p50'),
        ...of('until a follower’s stream has it', 'p99'),
        figure(
          'posting itself, p50',
          runs.map(({ acknowledgeMs }) => acknowledgeMs.p50),
          'ms',
        ),
        figure(
          'posting itself, p99',
          runs.map(({ acknowledgeMs }) => acknowledgeMs.p99),
          'ms',
        ),
        figure(
          'posts',
          runs.map(({ posts }) => (posts / durationMs) * 1000),
          'posts/s',
        ),
        figure(
          'events',
          runs.map(({ events }) => (events / durationMs) * 1000),
          'events/s',
        ),
      ],
      notes: [
        `${tokens.length} streams open, each reader follows ${world.size.followsPerReader} of ${world.size.writers} writers`,
        `events that came before the answer to the posting request count as 0 ms: ${runs.map((run) => run.beforeAcknowledgement).join(', ')}`,
      ],
    };
  } finally {
    await kith.stop();
  }
}
