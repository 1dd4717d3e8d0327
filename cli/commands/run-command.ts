import { loadConfig } from '../../src/config/config.ts';
import { openKith } from '../../src/main.ts';
import { commandDeps } from '../../src/operations.ts';
import { commands } from '../../src/roles/control/commands.ts';
import { callServer, findServer, Unreachable } from '../control-client.ts';
import { endProgress, progressLine } from '../terminal.ts';

export interface RunOptions {
  command: string;
  args?: Record<string, unknown>;
}

/** Has the running server do it, or, where none runs, opens the data folder and does it here. */
export async function runCommand({ command, args = {} }: RunOptions): Promise<unknown> {
  const settings = loadConfig({ overrides: { logLevel: 'error' } });
  try {
    const server = settings.profile === 'embedded' ? await findServer(settings.data) : undefined;
    if (server) {
      try {
        return await callServer(server, { command, args, onProgress: progressLine });
      } catch (error) {
        if (!(error instanceof Unreachable)) throw error;
      }
    }
    const kith = await openKith(settings);
    try {
      return await commands[command]!(commandDeps(kith), args, progressLine);
    } finally {
      await kith.close();
    }
  } finally {
    endProgress();
  }
}

/** Prints what a command answered: text as it is, lists as a table. */
export function show(result: unknown): void {
  if (Array.isArray(result)) console.table(result);
  else process.stdout.write(`${String(result)}\n`);
}
