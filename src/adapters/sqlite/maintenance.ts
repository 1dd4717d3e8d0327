import { Worker } from 'node:worker_threads';
import type { MaintenanceTask } from './maintenance-thread.ts';

/** Runs a task on a thread of its own; answers the problems it found. */
export function runMaintenance(task: MaintenanceTask): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./maintenance-thread.ts', import.meta.url), { workerData: task });
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error('the maintenance thread ended early')));
  });
}
