/** `npm run bench`: see bench/README.md. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { systemClock } from '../src/ports/clock/clock.ts';
import { benches, onlyNamed } from './benches/all.ts';
import type { BenchContext, WorldName } from './context.ts';
import { startGenerator } from './load/generator.ts';
import type { Section } from './report/figures.ts';
import { machineLine } from './report/machine.ts';
import { printSection } from './report/print.ts';
import { buildWorld } from './world/build.ts';
import { fullSizes, quickSizes } from './world/sizes.ts';
import type { BenchWorld } from './world/world.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    json: { type: 'string' },
    rounds: { type: 'string' },
    worlds: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) {
  console.log(`npm run bench -- [NAME…] [--quick] [--only NAME,NAME] [--rounds N] [--json FILE] [--worlds FOLDER]
Benchmarks: ${Object.keys(benches).join(', ')} (${onlyNamed.join(', ')} only when named)
--worlds keeps the built worlds in that folder and uses them again.`);
  process.exit(0);
}

const { quick } = values;
const named = [...positionals, ...(values.only?.split(',') ?? [])];
const names = named.length > 0 ? named : Object.keys(benches).filter((name) => !onlyNamed.includes(name));
for (const name of names) {
  if (!(name in benches))
    throw new Error(`no benchmark ${name}; there are: ${Object.keys(benches).join(', ')}`);
}
const workDir = mkdtempSync(join(tmpdir(), 'kith-bench-'));
const worldsDir = values.worlds ?? join(workDir, 'worlds');
mkdirSync(worldsDir, { recursive: true });
const sizes = quick ? quickSizes : fullSizes;
const worlds = new Map<WorldName, Promise<BenchWorld>>();
const generator = await startGenerator();
const context: BenchContext = {
  quick,
  rounds: Number(values.rounds ?? (quick ? 1 : 5)),
  connections: 32,
  warmupMs: quick ? 200 : 2_000,
  durationMs: quick ? 400 : 5_000,
  generator,
  workDir,
  say: (line) => console.log(line),
  world(name) {
    const building = worlds.get(name) ?? buildWorld(join(worldsDir, name), sizes[name], context.say);
    worlds.set(name, building);
    return building;
  },
};

const startMs = systemClock.monotonicMs();
const sections: Section[] = [];
let failed = false;
console.log(machineLine());
for (const name of names) {
  try {
    const section = await benches[name]!(context);
    sections.push(section);
    console.log(`\n${printSection(section)}`);
  } catch (error) {
    failed = true;
    console.error(`\n${name} failed:`, error);
  }
}
generator.stop();
const seconds = (systemClock.monotonicMs() - startMs) / 1000;
console.log(`\nDone in ${Math.round(seconds)} s.`);
if (values.json)
  writeFileSync(values.json, JSON.stringify({ machine: machineLine(), quick, sections }, null, 2));
rmSync(workDir, { recursive: true, force: true });
process.exitCode = failed ? 1 : 0;
