/** The command line: `kith serve`, `kith user …`, `kith backup …`; see `kith help`. */
import { Command } from 'commander';
import { addFilesCommands } from './commands/files.ts';
import { fail } from './terminal.ts';
import { version } from './version.ts';

// Databases, backups and indexes hold what people keep to themselves: no other account of the machine reads them.
process.umask(0o077);

const program = new Command('kith')
  .description('A place of your own to share posts, photos, videos and files with the people you know.')
  .version(version)
  .showHelpAfterError('(“kith help” lists the commands)');

addFilesCommands(program);
// Whoever only wants their files need not wait until a whole server is read.
if (process.argv[2] !== 'files') (await import('./commands/operator.ts')).addOperatorCommands(program);

try {
  await program.parseAsync();
} catch (error) {
  fail(error);
}
