import { resolve } from 'node:path';
import type { Command } from 'commander';
import { runCommand, show } from './run-command.ts';

export function addUserCommands(program: Command): void {
  const user = program
    .command('user')
    .description('people’s accounts; while the server runs, it does the work');
  user
    .command('add <username> <email>')
    .description('make an account; the first one is the administrator')
    .option('--password <password>', 'otherwise one is made up and printed')
    .option('--name <name>', 'how the person is shown')
    .action(async (username: string, email: string, options: { password?: string; name?: string }) => {
      const args = { username, email, password: options.password, displayName: options.name };
      show(await runCommand({ command: 'user.add', args }));
    });
  user
    .command('list')
    .description('everybody, newest first')
    .action(async () => show(await runCommand({ command: 'user.list' })));
  const on = (
    name: string,
    description: string,
    args: Record<string, unknown> = {},
    command = `user.${name}`,
  ) =>
    user
      .command(`${name} <user>`)
      .description(description)
      .action(async (who: string) => show(await runCommand({ command, args: { user: who, ...args } })));
  on('deactivate', 'hide somebody from everyone until reactivated');
  on('reactivate', 'undo that');
  on('reset-password', 'print a link with which somebody can choose a new password');
  on('promote', 'make somebody an administrator', { isAdmin: true }, 'user.admin');
  on('demote', 'make somebody no longer an administrator', { isAdmin: false }, 'user.admin');
  program
    .command('invite')
    .description('print a code with which one person can register')
    .action(async () => show(await runCommand({ command: 'invite' })));
  program
    .command('rebuild <what>')
    .description('make feeds, search or counters anew from what people wrote')
    .action(async (what: string) => show(await runCommand({ command: 'rebuild', args: { what } })));
  program
    .command('backup <folder>')
    .description('write a consistent copy of everything into a new folder, also while the server runs')
    .action(async (folder: string) =>
      show(await runCommand({ command: 'backup', args: { folder: resolve(folder) } })),
    );
}
