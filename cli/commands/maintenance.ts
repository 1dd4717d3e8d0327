import type { Command } from 'commander';
import { restoreBackup } from '../../src/backup.ts';
import { loadConfig } from '../../src/config/config.ts';
import { migrate } from '../../src/main.ts';
import { findServer } from '../control-client.ts';
import { examine } from '../doctor.ts';
import { runCommand, show } from './run-command.ts';

interface ScrubResult {
  chunks: number;
  bytes: number;
  damage: { sha256: string; problem: string; uses: string[] }[];
}

export function addMaintenanceCommands(program: Command): void {
  program
    .command('restore <folder>')
    .description('make the data folder what it was when that backup was made; the folder must be free')
    .action(async (folder: string) => {
      const { data } = loadConfig();
      if (await findServer(data))
        throw new Error('The server is running on this data folder. Stop it first.');
      show(await restoreBackup(folder, data));
    });
  program
    .command('migrate')
    .description('bring what is stored to this version; safe to run twice, and while a cluster serves')
    .action(async () => {
      const settings = loadConfig({ overrides: { logLevel: 'error' } });
      const applied = await migrate(settings);
      for (const each of applied) process.stdout.write(`applied: ${each}\n`);
      process.stdout.write('Everything is as this version needs it.\n');
    });
  program
    .command('scrub')
    .description(
      'read every byte of everybody’s files, and tell what is damaged; goes on where it was stopped',
    )
    .action(async () => {
      const { chunks, bytes, damage } = (await runCommand({ command: 'scrub' })) as ScrubResult;
      show(`${chunks} chunks were read, ${(bytes / 2 ** 30).toFixed(2)} GiB.`);
      if (damage.length === 0) return show('All is as it was stored.');
      show(damage.map(({ uses, ...each }) => ({ ...each, uses: uses.join(' ') })));
      show('What is damaged is made good where somebody uploads the same file again; else restore a backup.');
      process.exitCode = 1;
    });
  program
    .command('doctor')
    .description('check settings, disk and what is stored, and say what to do')
    .action(async () => {
      const findings = await examine();
      for (const { isGood, text } of findings) process.stdout.write(`${isGood ? '✓' : '✗'} ${text}\n`);
      process.exitCode = findings.every(({ isGood }) => isGood) ? 0 : 1;
    });
}
