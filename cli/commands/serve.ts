import type { Command } from 'commander';
import { describe, loadConfig, roleNames, type Settings } from '../../src/config/config.ts';
import { openKith } from '../../src/main.ts';
import { serve } from '../../src/serve.ts';
import { buildWebApp } from '../../web/build.ts';
import { version } from '../version.ts';

/** A drain that takes longer is cut off. */
const drainMsMax = 30_000;

export function addServeCommand(program: Command): void {
  program
    .command('serve')
    .description('run the server until it is told to stop')
    .option('--host <address>', 'address to listen on')
    .option('--port <number>', 'port to listen on')
    .option('--data <folder>', 'folder that holds everything')
    .option('--roles <names>', 'what this process does, with commas between: all, or some of the roles')
    .action(runServer);
  program
    .command('config')
    .description('print every setting as it would be used; secrets are masked')
    .action(() => void process.stdout.write(`${describe(loadConfig())}\n`));
}

/** Built before anything is opened, because the first time takes seconds. */
const webFolderOf = async ({ roles }: Settings): Promise<string | undefined> =>
  roles.includes('api') ? buildWebApp() : undefined;

async function runServer(
  overrides: Partial<Record<'host' | 'port' | 'data' | 'roles', string>>,
): Promise<void> {
  const settings = loadConfig({ overrides });
  const webFolder = await webFolderOf(settings);
  const kith = await openKith(settings);
  const serving = await serve(kith, { webFolder });
  const where = settings.profile === 'cluster' ? `cluster ${settings.namespace}` : `data in ${settings.data}`;
  const roles = settings.roles.length < roleNames.length ? `, roles ${settings.roles.join(', ')}` : '';
  let stopping = false;
  const stop = (signal: string) => {
    if (stopping) process.exit(1);
    stopping = true;
    kith.logger.info({ signal }, 'stopping');
    setTimeout(() => process.exit(1), drainMsMax).unref();
    serving.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        kith.logger.error({ err: error }, 'stopping failed');
        process.exit(1);
      },
    );
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop(signal));
  // Said last: whoever reads it may tell this process to stop in that moment.
  process.stdout.write(`Kith ${version} is at ${serving.url} (${where}${roles})\n`);
}
