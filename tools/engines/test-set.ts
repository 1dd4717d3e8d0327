/** Engines for one run of tests: on ports and in a folder of their own, and stopped even if the tests are killed. */
import { chmodSync, globSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EngineSet, freePortBase, type OpenOptions } from './engine-set.ts';
import { livingProcess, recordProcess } from './processes.ts';

const prefix = 'kith-test-engines-';

/** Not started yet. Whoever opens it stops it, with `wipe`; otherwise the next one does. */
export async function openTestSet(
  options: Pick<OpenOptions, 'only' | 'three' | 'report'> = {},
): Promise<EngineSet> {
  await stopAbandoned(options.report);
  const folder = mkdtempSync(join(tmpdir(), prefix));
  recordProcess(folder, process.pid);
  // OpenSearch runs as somebody else where this is root.
  chmodSync(folder, 0o755);
  return new EngineSet({ three: false, ...options, folder, portBase: await freePortBase(options.only) });
}

/** Sets whose tests were killed before they could stop them. */
async function stopAbandoned(report: OpenOptions['report']): Promise<void> {
  for (const name of globSync(`${prefix}*`, { cwd: tmpdir() })) {
    const folder = join(tmpdir(), name);
    if (livingProcess(folder)) continue;
    report?.(`Stopping the engines that an earlier run left in ${folder}.`);
    await new EngineSet({ folder }).stop({ wipe: true });
  }
}
