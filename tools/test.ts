/**
 * `npm test`: the checks, then every `*.test.ts`. Arguments name files to run instead of all. What takes longer or
 * needs more than Node (`*.ci.ts`) runs in `.ci/run`: `npm test -- --long` runs those alone. What takes many minutes
 * (`*.run.ts`) runs only where it is named.
 */
import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { buildWebApp } from '../web/build.ts';
import { runChecks } from './check.ts';

const root = join(import.meta.dirname, '..');
const folders = ['src', 'cli', 'test', 'tools', 'bench', 'web', 'sdk'];
const testTimeoutMs = 10 * 60_000;

const isLong = process.argv.includes('--long');
const named = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const find = (ending: string) =>
  globSync(
    folders.map((folder) => `${folder}/**/*${ending}`),
    { cwd: root },
  ).sort();

// Once, before many tests at a time start a server that would.
await buildWebApp();
const failed = isLong || named.length > 0 ? [] : await runChecks();
const files = named.length > 0 ? named : find(isLong ? '.ci.ts' : '.test.ts');
// Each of the long ones wants the machine to itself; of the others there are always some that wait.
const status = runTests(files, isLong ? 1 : Math.max(2, availableParallelism()));

if (failed.length > 0)
  console.error(`\nThe tests ran, but these checks failed (see above): ${failed.join(', ')}`);
process.exitCode = failed.length > 0 ? 1 : status;

function runTests(list: readonly string[], atOnce: number): number {
  // A failed test may leave a server behind that would keep its file running, and all that follow waiting.
  const bounds = ['--test-force-exit', `--test-timeout=${testTimeoutMs}`];
  const args = ['--test', '--test-reporter=spec', `--test-concurrency=${atOnce}`, ...bounds];
  const done = spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', ...args, ...list], {
    cwd: root,
    stdio: 'inherit',
  });
  return done.status ?? 1;
}
