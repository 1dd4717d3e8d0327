import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { BenchWorld } from './world.ts';

/** A copy that may be written to, so that the world stays as it was built for the next benchmark. */
export function copyOfWorld(world: BenchWorld, dataDir: string): BenchWorld {
  mkdirSync(dataDir, { recursive: true });
  cpSync(world.dataDir, dataDir, { recursive: true });
  return { ...world, dataDir };
}

export const databaseOf = ({ dataDir }: BenchWorld): string => join(dataDir, 'kith.db');
