/** What a server and its media workers hold, by Linux's own word; elsewhere nothing is known. */
import { readFileSync } from 'node:fs';
import { residentBytes } from '../../src/adapters/media-tools/work/resident-memory.ts';

const everyMs = 50;

export interface MemoryWatch {
  /** The most that any one worker held: what it alone could give back. */
  workerBytesMax: number;
  stop(): void;
}

/** Looks at the workers of a process until it is stopped. */
export function watchWorkers(serverPid: number): MemoryWatch {
  const watch: MemoryWatch = { workerBytesMax: 0, stop: () => clearInterval(timer) };
  const timer = setInterval(async () => {
    for (const held of await Promise.all(childrenOf(serverPid).map(residentBytes)))
      watch.workerBytesMax = Math.max(watch.workerBytesMax, held);
  }, everyMs);
  return watch;
}

function childrenOf(pid: number): number[] {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
    return text === '' ? [] : text.split(' ').map(Number);
  } catch {
    return [];
  }
}

/** The most that the process itself ever had in memory, files it has mapped included; 0 where nobody tells. */
export function peakBytes(pid: number): number {
  if (process.platform !== 'linux') return 0;
  return Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) * 1024;
}
