/** `npm run check`: types, lint and format, and the tree's own rules, side by side. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const bin = (name: string) =>
  join(root, 'node_modules/.bin', process.platform === 'win32' ? `${name}.cmd` : name);

interface Check {
  name: string;
  command: string;
  args: string[];
}

export const checks: Check[] = [
  { name: 'types', command: bin('tsc'), args: ['--noEmit', '--pretty', 'false'] },
  {
    name: 'types of what runs in browsers',
    command: bin('tsc'),
    args: ['--noEmit', '--pretty', 'false', '-p', 'web'],
  },
  { name: 'lint and format', command: bin('biome'), args: ['check', '--error-on-warnings', '.'] },
  {
    name: 'the tree’s rules',
    command: process.execPath,
    args: ['--test', '--test-reporter=dot', 'tools/boundaries.test.ts', 'tools/tidy.test.ts'],
  },
];

/** Answers the names of those that failed, after printing what they said. */
export async function runChecks(list: readonly Check[] = checks): Promise<string[]> {
  const failed = await Promise.all(
    list.map(async (check) => {
      const { code, output } = await run(check);
      if (code !== 0) console.error(`✖ ${check.name}\n${output}`);
      return code === 0 ? [] : [check.name];
    }),
  );
  return failed.flat();
}

function run({ command, args }: Check): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, shell: process.platform === 'win32' });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (data: Buffer) => {
        output += data.toString();
      });
    }
    child.on('error', (error) => resolve({ code: 1, output: error.message }));
    child.on('close', (code) => resolve({ code, output }));
  });
}

if (import.meta.main) {
  const failed = await runChecks();
  console.log(failed.length === 0 ? 'All checks pass.' : `Failed: ${failed.join(', ')}`);
  process.exitCode = failed.length === 0 ? 0 : 1;
}
