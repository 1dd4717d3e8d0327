/**
 * Takes an embedded installation over into an empty namespace of a cluster. Rows keep their keys, versions and totals;
 * what is derived (feeds, search) the cluster makes anew. See src/move and src/adapters/cassandra/take-over.ts.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { secretFile } from './adapters/disk/installation-secret.ts';
import { databaseFile } from './adapters/sqlite/open-database.ts';
import type { Settings } from './config/config.ts';
import { type Kith, openKith } from './main.ts';
import { blobsWithPacks } from './move/blobs-with-packs.ts';
import { checkRows } from './move/check-rows.ts';
import { checkBlobs, copyBlobs } from './move/copy-blobs.ts';
import { copyRows } from './move/copy-rows.ts';
import { installationName, keepMark, newMark, readMark } from './move/mark.ts';
import { requireOwnTarget } from './move/require-own-target.ts';
import { openTarget, type Target } from './move/target.ts';
import { tables } from './tables.ts';

export interface MoveOptions {
  /** The installation in a folder: settings of the profile embedded. */
  from: Settings;
  /** Settings of the profile cluster. */
  to: Settings;
  pageRows: number;
  progress: (text: string) => void;
}

const sourceOf = ({ storage }: Kith) => blobsWithPacks(storage.blobs, storage.packs);

/** Copies what is not copied yet, then checks all of it. Answers what to tell the operator. */
export async function moveToCluster(options: MoveOptions): Promise<string> {
  const { progress, pageRows } = options;
  return withBoth(options, async (kith, target) => {
    const standing = readMark(await target.rows.mark());
    if (standing?.isDone) throw new Error(doneAlready(options));
    progress('finishing what the installation had begun');
    await settle(kith);
    const source = { installation: installationName(kith.secret), logHead: kith.ports.log.head() };
    const keeper = await keepMark(target.rows, newMark(source));
    const { namespace } = options.to;
    await requireOwnTarget({ keeper, source, target: target.rows, namespace });
    const { records, clock } = kith.ports;
    const [startMs, rowsBefore] = [clock.monotonicMs(), keeper.mark.rows];
    await copyRows({ records, tables, target: target.rows, keeper, pageRows, progress });
    const seconds = (clock.monotonicMs() - startMs) / 1000;
    progress(`${keeper.mark.rows - rowsBefore} rows copied in ${seconds.toFixed(1)} s`);
    if (target.blobs) await copyBlobs({ from: sourceOf(kith), to: target.blobs, keeper, progress });
    const lastId = kith.engines.ids.last();
    if (lastId !== undefined) await target.rows.continueIdsAfter(lastId);
    const report = await compare(kith, target, progress);
    if (!report.isSame) throw new Error(report.text);
    await keeper.advance({ isDone: true });
    return `${report.text}\n${whatNext(options, target)}`;
  });
}

/** Compares both sides again; changes nothing. Throws if they differ. */
export async function checkMove(options: MoveOptions): Promise<string> {
  return withBoth(options, async (kith, target) => {
    const report = await compare(kith, target, options.progress);
    if (report.isSame) return report.text;
    throw new Error(`${report.text}\nThat is to be expected where either side was used since the move.`);
  });
}

/** Both sides opened. The folder is this process's alone from here on: nothing serves from it. */
async function withBoth<Result>(
  { from, to }: MoveOptions,
  use: (kith: Kith, target: Target) => Promise<Result>,
): Promise<Result> {
  if (!existsSync(join(from.data, databaseFile)))
    throw new Error(`There is no installation in ${from.data}.`);
  // Whatever store for files the settings name is the cluster's; an installation in a folder has them there.
  const { s3: _, ...folderOnly } = from;
  const kith = await openKith(folderOnly);
  try {
    requireSecret(kith, to);
    const target = await openTarget(to);
    try {
      return await use(kith, target);
    } finally {
      await target.close();
    }
  } finally {
    await kith.close();
  }
}

function requireSecret({ secret, settings }: Kith, to: Settings): void {
  if (to.secret === secret) return;
  const file = join(settings.data, secretFile);
  throw new Error(
    `KITH_SECRET must be this installation's own secret, so that sessions, links and cursors go on working.
Set it for the move and for every process of the cluster to what ${file} holds:
  export KITH_SECRET="$(cat '${file}')"`,
  );
}

/** Notifications are made from hints, and the log of hints stays behind. */
async function settle({ features, ports }: Kith): Promise<void> {
  const subscription = await features.notifications.consume(ports.log);
  while (subscription.lag() > 0) await subscription.caughtUp();
  await subscription.close();
}

async function compare(
  kith: Kith,
  target: Target,
  progress: (text: string) => void,
): Promise<{ isSame: boolean; text: string }> {
  const { records } = kith.ports;
  const found = await checkRows({ records, tables, target: target.rows, progress });
  const lines = found
    .filter(({ here, there }) => here + there > 0)
    .map(
      ({ name, here, there, isSame }) => `${isSame ? '✓' : '✗'} ${name}: ${here} rows here, ${there} there`,
    );
  const blobs = target.blobs && (await checkBlobs(sourceOf(kith), target.blobs));
  if (blobs) {
    const { files, lacking } = blobs;
    lines.push(
      `${lacking.length === 0 ? '✓' : '✗'} ${files} files${lacking.length > 0 ? `, lacking ${lacking.join(', ')}` : ''}`,
    );
  }
  const isSame = found.every((table) => table.isSame) && !blobs?.lacking.length;
  const rows = found.reduce((sum, { here }) => sum + here, 0);
  lines.push(isSame ? `All ${rows} rows are the same on both sides.` : 'The two sides differ.');
  return { isSame, text: lines.join('\n') };
}

const doneAlready = ({ to }: MoveOptions) =>
  `This installation was moved into ${to.namespace} before. “kith move --to cluster --check” compares the two.`;

const whatNext = ({ from }: MoveOptions, { blobs }: Target) =>
  `Start the cluster's processes now, with the same settings: feeds are put together as they are read, and the role
search-indexer builds the search index (“kith rebuild search” has it built at once).
${
  blobs
    ? `Photos, videos and files are in the object store.`
    : `Photos, videos and files stay in ${join(from.data, 'blobs')}: every process needs that folder as its own, or KITH_S3.`
}
Keep ${from.data} until you are content, but let nothing serve from it: what is written there is written there alone.`;
