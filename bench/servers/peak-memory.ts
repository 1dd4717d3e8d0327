import { readFileSync, writeFileSync } from 'node:fs';

/** From here on the most a process ever held counts anew: what starting took is not what its work takes. */
export function forgetPeak(pid: number): void {
  if (process.platform === 'linux') writeFileSync(`/proc/${pid}/clear_refs`, '5');
}

/** By Linux's own word; not a number elsewhere. */
export function peakMib(pid: number): number {
  if (process.platform !== 'linux') return Number.NaN;
  return Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1024;
}
