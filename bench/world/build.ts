import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BenchWorld, WorldSize } from './world.ts';

const worldFile = 'world.json';

/** What the builder's process says. */
export type BuildMessage = { progress: string } | { world: Omit<BenchWorld, 'dataDir'> } | { error: string };

/** Builds a world in a process of its own, or takes the one of that size that stands there already. */
export async function buildWorld(
  folder: string,
  size: WorldSize,
  say: (line: string) => void,
): Promise<BenchWorld> {
  const file = join(folder, worldFile);
  const dataDir = join(folder, 'data');
  if (existsSync(file)) {
    const kept = JSON.parse(readFileSync(file, 'utf8')) as BenchWorld;
    if (JSON.stringify(kept.size) === JSON.stringify(size)) return { ...kept, dataDir };
    throw new Error(`${folder} holds a world of another size; name another folder, or remove it`);
  }
  mkdirSync(dataDir, { recursive: true });
  const child = fork(new URL('./main.ts', import.meta.url), [dataDir, JSON.stringify(size)]);
  const built = new Promise<BenchWorld>((resolve, reject) => {
    child.on('message', (message: BuildMessage) => {
      if ('progress' in message) say(`  building a world: ${message.progress}`);
      else if ('world' in message) resolve({ ...message.world, dataDir });
      else reject(new Error(message.error));
    });
    // After every message, which its exit is not.
    child.on('disconnect', () => reject(new Error('the builder of the world ended early')));
  });
  const exited = once(child, 'exit');
  const world = await built;
  await exited;
  writeFileSync(file, JSON.stringify(world));
  return world;
}
