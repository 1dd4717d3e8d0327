import { Worker } from 'node:worker_threads';
import { SearchError } from '../../ports/search/search.ts';
import type { WorkerAnswer, WorkerStart } from './protocol.ts';

interface Waiting {
  resolve: (result: unknown) => void;
  reject: (error: Error) => void;
}

/** A thread that answers one call after another. */
export interface IndexThread {
  call(operation: string, argument?: unknown): Promise<unknown>;
  /** Calls not answered yet. */
  waiting(): number;
  close(): Promise<void>;
}

/** Resolves when the thread has opened its file; rejects with `broken` where it cannot. */
export async function startThread(start: WorkerStart): Promise<IndexThread> {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: start });
  const waiting = new Map<number, Waiting>();
  let calls = 0;
  let ended: SearchError | undefined;
  const opened = new Promise((resolve, reject) => waiting.set(0, { resolve, reject }));
  const end = (error: SearchError) => {
    ended ??= error;
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  worker.on('message', (answer: WorkerAnswer) => {
    const found = waiting.get(answer.call);
    waiting.delete(answer.call);
    if (answer.ok) found?.resolve(answer.result);
    else found?.reject(new SearchError(answer.kind, answer.message));
  });
  worker.on('error', (cause) => end(new SearchError('broken', 'the search thread failed', { cause })));
  worker.on('exit', () => end(new SearchError('closed', 'the search thread has ended')));
  await opened;
  const thread: IndexThread = {
    waiting: () => waiting.size,
    call(operation, argument) {
      if (ended) return Promise.reject(ended);
      return new Promise((resolve, reject) => {
        const call = ++calls;
        waiting.set(call, { resolve, reject });
        worker.postMessage({ call, operation, argument });
      });
    },
    async close() {
      if (ended) return;
      await thread.call('close').catch(() => {});
      await worker.terminate();
    },
  };
  return thread;
}
