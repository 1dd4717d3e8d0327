import { type Command, InvalidArgumentError } from 'commander';
import { loadConfig, type Settings } from '../../src/config/config.ts';
import { listLimitMax } from '../../src/ports/records/records.ts';
import { endProgress, progressLine } from '../terminal.ts';
import { show } from './run-command.ts';

interface MoveFlags {
  to: string;
  data?: string;
  check?: boolean;
  page: number;
}

export function addMoveCommand(program: Command): void {
  program
    .command('move')
    .description('take this installation over into an empty cluster; cut off, it goes on when run again')
    .requiredOption('--to <profile>', 'cluster')
    .option('--data <folder>', 'folder that holds the installation')
    .option('--check', 'only compare the two')
    .option('--page <rows>', 'rows copied between two marks', pageSize, listLimitMax)
    .action(runMove);
}

async function runMove({ to: target, data, check, page }: MoveFlags): Promise<void> {
  if (target !== 'cluster') throw new Error('An installation can be moved to: cluster.');
  const [from, to] = bothSettings(data);
  const { checkMove, moveToCluster } = await import('../../src/move.ts');
  const options = { from, to, pageRows: page, progress: progressLine };
  try {
    const report = await (check ? checkMove(options) : moveToCluster(options));
    endProgress();
    show(report);
  } finally {
    endProgress();
  }
}

/** The same environment read twice: as the folder's and as the cluster's. */
function bothSettings(data: string | undefined): [Settings, Settings] {
  const common = { logLevel: 'error', ...(data !== undefined && { data }) };
  const from = loadConfig({ overrides: { ...common, profile: 'embedded' } });
  // Its absence is answered with how to set it.
  const secret = from.secret ?? noSecret;
  return [from, loadConfig({ overrides: { ...common, profile: 'cluster', secret } })];
}

const noSecret = 'not set, which no installation has as its secret';

function pageSize(text: string): number {
  const rows = Number(text);
  if (Number.isInteger(rows) && rows >= 1 && rows <= listLimitMax) return rows;
  throw new InvalidArgumentError(`It takes a whole number from 1 to ${listLimitMax}.`);
}
