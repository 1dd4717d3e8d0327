import type { Command } from 'commander';
import { loadConfig } from '../../src/config/config.ts';
import { openKith } from '../../src/main.ts';
import { findServer } from '../control-client.ts';
import { progressLine as progressText } from '../seed/progress.ts';
import { createSeedClock } from '../seed/seed-clock.ts';
import { endProgress, progressLine } from '../terminal.ts';

interface SeedFlags {
  users: string;
  posts: string;
  seed: string;
  force?: boolean;
  data?: string;
}

export function addSeedCommand(program: Command): void {
  program
    .command('seed')
    .description('fill an empty place with a believable world, to try things out')
    .option('--users <number>', 'how many people', '200')
    .option('--posts <number>', 'how many posts', '2000')
    .option('--seed <number>', 'the same number makes the same world', '1')
    .option('--data <folder>', 'folder that holds everything')
    .option('--force', 'even where people have registered already')
    .action(runSeed);
}

async function runSeed(flags: SeedFlags): Promise<void> {
  const data = flags.data === undefined ? {} : { data: flags.data };
  const settings = loadConfig({ overrides: { logLevel: 'error', ...data } });
  if (settings.profile === 'embedded' && (await findServer(settings.data))) {
    throw new Error('The server is running on this data folder. Stop it first: seeding wants it alone.');
  }
  // Its texts in ten languages are not for every start of the server.
  const { seed } = await import('../seed/seed.ts');
  const kith = await openKith(settings, { clock: createSeedClock() });
  try {
    const { users, posts, follows, comments, reactions, seconds, logins, password } = await seed({
      kith,
      users: Number(flags.users),
      posts: Number(flags.posts),
      seed: Number(flags.seed),
      force: flags.force ?? false,
      onProgress: (progress) => progressLine(progressText(progress)),
    });
    endProgress();
    process.stdout.write(
      `${users} people, ${follows} follows, ${posts} posts, ${comments} comments and ${reactions} reactions in ${seconds.toFixed(1)} s.\n` +
        `Log in as ${logins.join(', ')}; everybody's password is ${password}\n`,
    );
  } finally {
    endProgress();
    await kith.close();
  }
}
