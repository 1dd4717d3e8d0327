/** The command line: `kith serve`, `kith user …`, `kith backup …`; see `kith help`. */
import { Command } from 'commander';
import { addMaintenanceCommands } from './commands/maintenance.ts';
import { addMediaCommands } from './commands/media.ts';
import { addMoveCommand } from './commands/move.ts';
import { addRegionCommand } from './commands/region.ts';
import { addSeedCommand } from './commands/seed.ts';
import { addServeCommand } from './commands/serve.ts';
import { addUserCommands } from './commands/users.ts';
import { fail } from './terminal.ts';
import { version } from './version.ts';

// Databases, backups and indexes hold what people keep to themselves: no other account of the machine reads them.
process.umask(0o077);

const program = new Command('kith')
  .description('A place of your own to share posts, photos, videos and files with the people you know.')
  .version(version)
  .showHelpAfterError('(“kith help” lists the commands)');

addServeCommand(program);
addSeedCommand(program);
addUserCommands(program);
addMaintenanceCommands(program);
addMediaCommands(program);
addMoveCommand(program);
addRegionCommand(program);

try {
  await program.parseAsync();
} catch (error) {
  fail(error);
}
