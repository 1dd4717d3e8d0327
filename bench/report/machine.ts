import { cpus } from 'node:os';

/** What the figures were measured on: without it they mean little. */
export function machineLine(): string {
  const all = cpus();
  return `Node ${process.version}, ${all.length} × ${all[0]?.model.trim() ?? 'unknown processor'}, ${process.platform}`;
}
