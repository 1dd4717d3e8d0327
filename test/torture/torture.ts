import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildDiskLayer } from './disk-layer.ts';
import { hurtDiskCases } from './hurt-disk.ts';
import { createRandom, type Random } from './random.ts';
import { type RoundKind, Rounds } from './rounds.ts';
import { selfTestDiskLayer } from './self-test.ts';

export interface TortureOptions {
  kills: number;
  cuts: number;
  seed: number;
  hurtsDisk: boolean;
  /** Syncs answer success and do nothing: for seeing the torture fail. */
  diskLies?: boolean;
  say: (line: string) => void;
}

/** Answers the exit code: 0 all held, 1 a promise was broken, 2 all held but the power cuts had to be left out. */
export async function runTorture(options: TortureOptions): Promise<number> {
  const { kills, cuts, seed, hurtsDisk, diskLies = false, say } = options;
  const scratch = mkdtempSync(join(tmpdir(), 'kith-torture-'));
  const startedAtMs = performance.now();
  const seconds = () => `${((performance.now() - startedAtMs) / 1000).toFixed(1)} s`;
  say(`seed ${seed}, ${kills} kills and ${cuts} power cuts, in ${scratch}`);
  const layer = buildDiskLayer(scratch);
  const library = 'library' in layer ? layer.library : undefined;
  if ('missing' in layer) say(`POWER CUTS AND HURT DISKS LEFT OUT: ${layer.missing}.`);
  const rounds = new Rounds({ scratch, random: createRandom(seed), library, diskLies });
  let done = 'before the first round';
  try {
    if (library) for (const line of await selfTestDiskLayer(library, scratch)) say(`layer: ${line}`);
    for (const [i, kind] of planRounds(kills, library ? cuts : 0, createRandom(seed)).entries()) {
      done = `in round ${i + 1} (${kind}), which looks at what the round before left`;
      const report = await rounds.round(kind);
      say(
        `${String(i + 1).padStart(4)} ${kind} while ${report.moment} ${report.damage}`.trimEnd() +
          `, ${seconds()}`,
      );
    }
    done = 'in the last look';
    if (kills + cuts > 0) await rounds.finish();
    say(rounds.summary());
    done = 'on a hurt disk';
    if (library && hurtsDisk) for await (const line of hurtDiskCases(library, scratch)) say(`disk: ${line}`);
  } catch (error) {
    say(
      `\nFAILED ${done} after ${seconds()}, seed ${seed}:\n${error instanceof Error ? error.stack : error}`,
    );
    if (rounds.serverOutput) say(`The server said last:\n${rounds.serverOutput}`);
    say(
      `Kept: ${scratch}/base (the data folder as the failing server found it), ${scratch}/data (as it left it),`,
    );
    say(
      `${scratch}/journal-of-last-cut. Again: npm run torture -- --kills ${kills} --cuts ${cuts} --seed ${seed}`,
    );
    return 1;
  }
  rmSync(scratch, { recursive: true, force: true });
  say(`every promise held, in ${seconds()}`);
  return library || cuts === 0 ? 0 : 2;
}

/** Kills and cuts in mixed order. */
export function planRounds(kills: number, cuts: number, random: Random): RoundKind[] {
  const left = { kill: kills, cut: cuts };
  return Array.from({ length: kills + cuts }, () => {
    const kind: RoundKind = random.below(left.kill + left.cut) < left.kill ? 'kill' : 'cut';
    left[kind]--;
    return kind;
  });
}
