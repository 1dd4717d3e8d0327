import type { Command } from 'commander';
import { runCommand, show } from './run-command.ts';

export function addMediaCommands(program: Command): void {
  const media = program.command('media').description('photos and videos that could not be prepared');
  media
    .command('failed')
    .description('list those that were laid aside after several tries')
    .action(async () => {
      const failed = (await runCommand({ command: 'media.failed' })) as object[];
      show(failed.length === 0 ? 'None were laid aside.' : failed);
    });
  media
    .command('retry [mediaId]')
    .description('have one of them, or all, tried again')
    .action(async (mediaId?: string) =>
      show(await runCommand({ command: 'media.retry', args: { mediaId } })),
    );
}
