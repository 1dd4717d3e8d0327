import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { LoadPlan, LoadResult } from './plan.ts';

/** The load generator as its parent sees it: a process of its own, so that client and server do not share a thread. */
export interface Generator {
  run(plan: LoadPlan): Promise<LoadResult>;
  stop(): void;
}

interface Answer {
  ready?: true;
  result?: LoadResult;
  error?: string;
}

const answerSlackMs = 30_000;

export async function startGenerator(): Promise<Generator> {
  const child = fork(new URL('./main.ts', import.meta.url), {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  await once(child, 'message');
  return {
    async run(plan) {
      const signal = AbortSignal.timeout(plan.warmupMs + plan.durationMs + answerSlackMs);
      child.send(plan);
      const [{ result, error }] = (await once(child, 'message', { signal })) as [Answer];
      if (!result) throw new Error(`the load generator failed: ${error}`);
      return result;
    },
    stop() {
      child.disconnect();
    },
  };
}
