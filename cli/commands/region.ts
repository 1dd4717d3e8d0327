import type { Command } from 'commander';
import { loadConfig } from '../../src/config/config.ts';
import { show } from './run-command.ts';

export function addRegionCommand(program: Command): void {
  program
    .command('region')
    .description('say which region a cluster is at home in')
    .option('--take-over', 'make this one the home, when nothing of the other writes any more')
    .action(async ({ takeOver }: { takeOver?: boolean }) => {
      const settings = loadConfig({ overrides: { logLevel: 'error' } });
      const { takeRegionOver, tellRegion } = await import('../../src/region.ts');
      show(await (takeOver ? takeRegionOver(settings) : tellRegion(settings)));
    });
}
