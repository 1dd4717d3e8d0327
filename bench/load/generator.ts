import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { DeliveryPlan, DeliveryResult, LoadPlan, LoadResult, Task } from './plan.ts';

/** The load generator as its parent sees it: a process of its own, so that client and server do not share a thread. */
export interface Generator {
  run(plan: LoadPlan): Promise<LoadResult>;
  deliver(plan: DeliveryPlan): Promise<DeliveryResult>;
  stop(): void;
}

interface Answer {
  result?: LoadResult | DeliveryResult;
  error?: string;
}

const answerSlackMs = 30_000;

export async function startGenerator(): Promise<Generator> {
  const child = fork(new URL('./main.ts', import.meta.url), {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  await once(child, 'message');
  const perform = async (task: Task, forMs: number) => {
    const signal = AbortSignal.timeout(forMs + answerSlackMs);
    child.send(task);
    const [{ result, error }] = (await once(child, 'message', { signal })) as [Answer];
    if (!result) throw new Error(`the load generator failed: ${error}`);
    return result;
  };
  return {
    run: async (plan) => (await perform({ load: plan }, plan.warmupMs + plan.durationMs)) as LoadResult,
    deliver: async (plan) => (await perform({ delivery: plan }, plan.durationMs)) as DeliveryResult,
    stop: () => child.disconnect(),
  };
}
