/** What whoever runs a server does with it. */
import type { Command } from 'commander';
import { addMaintenanceCommands } from './maintenance.ts';
import { addMediaCommands } from './media.ts';
import { addMoveCommand } from './move.ts';
import { addRegionCommand } from './region.ts';
import { addSeedCommand } from './seed.ts';
import { addServeCommand } from './serve.ts';
import { addUserCommands } from './users.ts';

export function addOperatorCommands(program: Command): void {
  addServeCommand(program);
  addSeedCommand(program);
  addUserCommands(program);
  addMaintenanceCommands(program);
  addMediaCommands(program);
  addMoveCommand(program);
  addRegionCommand(program);
}
