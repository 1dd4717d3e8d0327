import type { Generator } from './load/generator.ts';
import type { BenchWorld } from './world/world.ts';

/** What every benchmark is given. */
export interface BenchContext {
  /** A small run: that it works and gives sane numbers, nothing more. */
  quick: boolean;
  rounds: number;
  connections: number;
  /** How long one measurement lasts, after its warm-up. */
  durationMs: number;
  warmupMs: number;
  generator: Generator;
  /** A folder for this run's files. */
  workDir: string;
  /** Built when first asked for, then kept for the run. Whoever writes to a world takes a copy. */
  world(name: WorldName): Promise<BenchWorld>;
  say(line: string): void;
}

export type WorldName = 'small' | 'large' | 'cluster';
