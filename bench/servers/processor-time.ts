import { readFileSync } from 'node:fs';

/** Linux counts in hundredths of a second whatever the kernel's own tick. */
const msPerTick = 10;

/** Processor time that a process has used so far, all its threads, user and kernel; undefined where not Linux. */
export function processorMs(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in parentheses may hold anything; utime and stime are the 12th and 13th fields after it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) * msPerTick;
  } catch {
    return undefined;
  }
}
