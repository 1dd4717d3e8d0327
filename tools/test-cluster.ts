/**
 * `npm run test:cluster`: every `*.cluster.ts`, one after another, against the engines that the environment names
 * (KITH_CASSANDRA, KITH_KAFKA, KITH_REDIS, KITH_OPENSEARCH, KITH_S3) or, if it names none, against a set of its own that is
 * stopped at the end. Arguments name files to run instead of all.
 */
import { spawn } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { EngineName } from './engines/engine.ts';
import { type EngineSet, enginesDefault } from './engines/engine-set.ts';
import { openTestSet } from './engines/test-set.ts';
import { folders } from './sources.ts';

const root = join(import.meta.dirname, '..');
const testMsMax = 12 * 60_000;
/** Of all tests together, so that a hanging engine holds nobody up for ever. */
const allTestsMsMax = 40 * 60_000;
const variables = ['KITH_CASSANDRA', 'KITH_KAFKA', 'KITH_REDIS', 'KITH_OPENSEARCH', 'KITH_S3'];

process.exitCode = await main();

async function main(): Promise<number> {
  const named = process.argv.slice(2);
  const patterns = folders.map((folder) => `${folder}/**/*.cluster.ts`);
  const files = named.length > 0 ? named : globSync(patterns, { cwd: root }).sort();
  if (files.length === 0) {
    console.error('There is no *.cluster.ts to run.');
    return 1;
  }
  const given = variables.filter((name) => process.env[name]);
  if (given.length > 0) {
    console.log(`Using the engines named by ${given.join(', ')}.`);
    return runTests(files, {});
  }
  return withOwnSet(enginesFor(files), (set) => runTests(files, set.env()));
}

/** S3 takes Go and minutes to build, so it is there for tests that speak of it. */
function enginesFor(files: readonly string[]): EngineName[] {
  const speaksOfS3 = files.some((file) => readFileSync(resolve(root, file), 'utf8').includes('KITH_S3'));
  return speaksOfS3 ? [...enginesDefault, 's3'] : [...enginesDefault];
}

async function withOwnSet(
  only: readonly EngineName[],
  use: (set: EngineSet) => Promise<number>,
): Promise<number> {
  const report = (line: string) => console.log(line);
  const set = await openTestSet({ only, report });
  // Asked to end, it still stops what it started; the tests are asked as well and end first.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => void set.stop({ wipe: true }).finally(() => process.exit(1)));
  }
  try {
    console.log(`Starting engines for the tests in ${set.folder}.`);
    await set.start();
    return await use(set);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 1;
  } finally {
    await set.stop({ wipe: true });
  }
}

/** Each of them wants the engines to itself. */
function runTests(files: readonly string[], env: Record<string, string>): Promise<number> {
  console.log(`Running ${files.length} ${files.length === 1 ? 'file' : 'files'}: ${files.join(', ')}`);
  const flags = ['--disable-warning=ExperimentalWarning', '--test', '--test-reporter=spec'];
  // A failed test may leave connections behind that would keep its file running, and all that follow waiting.
  const bounds = ['--test-force-exit', `--test-timeout=${testMsMax}`, '--test-concurrency=1'];
  const child = spawn(process.execPath, [...flags, ...bounds, ...files], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...env },
  });
  const timer = setTimeout(() => {
    console.error(`The tests did not end within ${allTestsMsMax / 60_000} minutes.`);
    child.kill('SIGTERM');
  }, allTestsMsMax);
  return new Promise((done) => {
    child.on('error', (error) => {
      console.error(error.message);
      done(1);
    });
    child.on('exit', (code) => {
      clearTimeout(timer);
      done(code ?? 1);
    });
  });
}
