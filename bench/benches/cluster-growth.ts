import type { BenchContext } from '../context.ts';
import { type Generator, startGenerator } from '../load/generator.ts';
import { type Figure, figure } from '../report/figures.ts';
import { alternate } from '../report/rounds.ts';
import type { RunningServer } from '../servers/child.ts';
import type { BenchCluster } from '../servers/cluster.ts';
import { closedLoop } from './compare.ts';

/** Of one or more processes at once. */
interface Work {
  perSecond: number;
  /** Per second of the processors' time that these processes took. */
  perProcessorSecond: number;
}

/** What is served by a second process of a role beside the first, and what each second of processor then buys. */
export async function benchGrowth(
  context: BenchContext,
  cluster: BenchCluster,
  { api, pages, posts }: { api: RunningServer; pages: string; posts: string },
): Promise<Figure[]> {
  const second = await cluster.start('api', 'api-2');
  const generator = await startGenerator();
  try {
    const sides: Side[] = [
      { server: api, generator: context.generator },
      { server: second, generator },
    ];
    return [
      ...grown('warm pages', await served(context, sides, pages)),
      ...grown('posts', await served(context, sides, posts)),
      ...grown('insertions into inboxes', await inserted(context, cluster)),
    ];
  } finally {
    generator.stop();
    await second.stop();
  }
}

interface Side {
  server: RunningServer;
  generator: Generator;
}

type Rounds = Record<'one' | 'two', Work[]>;

/** The same connections to one process, and divided among two. */
function served(context: BenchContext, sides: readonly Side[], requestFile: string): Promise<Rounds> {
  const by = async (some: readonly Side[]): Promise<Work> => {
    const connections = Math.ceil(context.connections / some.length);
    const runs = await Promise.all(
      some.map(({ server, generator }) =>
        closedLoop({ ...context, connections, generator }, server, requestFile),
      ),
    );
    return together(
      runs.map(({ perSecond, sent, processorUs }) => ({
        perSecond,
        done: sent,
        processorMs: (processorUs * sent) / 1000,
      })),
    );
  };
  return alternate(context.rounds, { one: () => by(sides.slice(0, 1)), two: () => by(sides) });
}

function inserted({ rounds, durationMs }: BenchContext, cluster: BenchCluster): Promise<Rounds> {
  // Inboxes that nobody has put these keys into before.
  let used = 0;
  const by = async (processes: number): Promise<Work> => {
    const runs = await Promise.all(
      Array.from({ length: processes }, () => cluster.fanOut({ number: ++used, durationMs })),
    );
    return together(runs.map(({ insertions, ...rest }) => ({ ...rest, done: insertions })));
  };
  return alternate(rounds, { one: () => by(1), two: () => by(2) });
}

/** What several processes did at once. */
function together(runs: readonly { perSecond: number; done: number; processorMs: number }[]): Work {
  const sum = (of: 'perSecond' | 'done' | 'processorMs') => runs.reduce((total, run) => total + run[of], 0);
  return { perSecond: sum('perSecond'), perProcessorSecond: sum('done') / (sum('processorMs') / 1000) };
}

function grown(what: string, { one, two }: Rounds): Figure[] {
  const perSecond = (works: readonly Work[]) => works.map((each) => each.perSecond);
  const bought = (works: readonly Work[]) => works.map((each) => each.perProcessorSecond);
  return [
    figure(`${what} of one process, a processor second`, bought(one), 'a second'),
    figure(`${what} of two processes, a processor second`, bought(two), 'a second', { against: bought(one) }),
    figure(`${what} of two processes, together`, perSecond(two), 'a second', { against: perSecond(one) }),
  ];
}
