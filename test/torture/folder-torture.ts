import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildDiskLayer } from './disk-layer.ts';
import { createRandom, type Random } from './random.ts';
import type { RoundKind } from './rounds.ts';
import { planRounds } from './torture.ts';

export interface FolderTortureOptions {
  kills: number;
  cuts: number;
  seed: number;
  say: (line: string) => void;
}

/** What happens in one folder. */
interface FolderRounds {
  round(kind: RoundKind): Promise<string>;
  finish(): Promise<string>;
}

/** Rounds on one folder, before all is brought to an end and a new one is begun: each round looks at all that was sent. */
const roundsPerFolder = 25;

/** Kills and power cuts in mixed order, folder after folder. Answers the exit code, as `runTorture` does. */
export async function tortureFolders(
  { kills, cuts, seed, say }: FolderTortureOptions,
  doing: string,
  begin: (folder: { scratch: string; library: string | undefined; random: Random }) => Promise<FolderRounds>,
): Promise<number> {
  const scratch = mkdtempSync(join(tmpdir(), 'kith-torture-'));
  const layer = buildDiskLayer(scratch);
  const library = 'library' in layer ? layer.library : undefined;
  if ('missing' in layer) say(`POWER CUTS LEFT OUT: ${layer.missing}.`);
  const random = createRandom(seed);
  const plan = planRounds(kills, library ? cuts : 0, random.fork('plan'));
  say(`seed ${seed}, ${kills} kills and ${cuts} power cuts while ${doing}, in ${scratch}`);
  let folder = scratch;
  try {
    for (let at = 0; at < plan.length; at += roundsPerFolder) {
      folder = mkdtempSync(join(scratch, 'folder-'));
      const rounds = await begin({ scratch: folder, library, random: random.fork(`folder ${at}`) });
      for (const [i, kind] of plan.slice(at, at + roundsPerFolder).entries())
        say(`${String(at + i + 1).padStart(4)} ${kind}: ${await rounds.round(kind)}`);
      say(await rounds.finish());
      rmSync(folder, { recursive: true, force: true });
    }
  } catch (error) {
    say(`\nFAILED, seed ${seed}; kept: ${folder}`);
    for (let each = error; each instanceof Error; each = each.cause) say(each.stack ?? each.message);
    return 1;
  }
  rmSync(scratch, { recursive: true, force: true });
  say('every promise held');
  return library || cuts === 0 ? 0 : 2;
}
