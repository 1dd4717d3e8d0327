import type { Command } from 'commander';
import { bytesText } from '../files/progress.ts';
import { nodeAt, openRemote, slashed } from '../files/remote.ts';
import { printLine } from '../terminal.ts';
import { timeOf } from './files-sharing.ts';

const pageSize = 100;

interface RestoreFlags {
  to?: string;
  at?: string;
  snapshot?: string;
}

interface SnapshotFlags {
  list?: boolean;
  remove?: string;
}

export function addFileHistoryCommands(files: Command): void {
  files.command('versions <path>').description('a file’s versions, newest first').action(listVersions);
  files
    .command('restore <path>')
    .description('make a file, a folder or everything (/) what it was; that can be undone like any change')
    .option('--to <versionId>', 'of a file: this version')
    .option('--at <time>', 'as at that moment, such as 2026-07-01T12:00')
    .option('--snapshot <id>', 'as in that snapshot')
    .action(restore);
  files
    .command('snapshot [name]')
    .description('keep everything as it is now')
    .option('--list', 'say which there are')
    .option('--remove <id>', 'remove one')
    .action(snapshot);
}

async function listVersions(path: string): Promise<void> {
  const remote = await openRemote();
  const { id } = await nodeAt(remote, path);
  let cursor: string | undefined;
  do {
    const page = await remote.api.get('/v1/files/{id}/versions', {
      path: { id },
      query: { limit: pageSize, cursor },
    });
    for (const { versionId, createdAt, sizeBytes, sha256, isCurrent } of page.items) {
      const about = [
        bytesText(sizeBytes).padStart(9),
        sha256?.slice(0, 12) ?? '',
        isCurrent ? 'current' : '',
      ];
      process.stdout.write(`${versionId}  ${createdAt}  ${about.join('  ').trimEnd()}\n`);
    }
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
}

async function restore(path: string, { to: version, at, snapshot: snapshotId }: RestoreFlags): Promise<void> {
  const remote = await openRemote();
  if ([version, at, snapshotId].filter((each) => each !== undefined).length !== 1)
    throw new Error('Say to what: --to, --at or --snapshot.');
  if (version !== undefined) {
    const { id, name } = await nodeAt(remote, path);
    await remote.api.post('/v1/files/{id}/versions/{versionId}/restore', {
      path: { id, versionId: version },
    });
    return printLine(`${name} is that version again, as its newest one.`);
  }
  const body = { path: slashed(path) };
  if (at !== undefined) await remote.api.post('/v1/files/restore', { body: { ...body, at: timeOf(at) } });
  else await remote.api.post('/v1/snapshots/{id}/restore', { path: { id: snapshotId! }, body });
  printLine(`${path} is as it was then.`);
}

async function snapshot(name: string | undefined, { list, remove }: SnapshotFlags): Promise<void> {
  const { api } = await openRemote();
  if (remove !== undefined) {
    await api.delete('/v1/snapshots/{id}', { path: { id: remove } });
    return printLine('It is removed.');
  }
  if (!list) {
    const made = await api.post('/v1/snapshots', { body: name === undefined ? {} : { name } });
    return printLine(made.id);
  }
  let cursor: string | undefined;
  do {
    const page = await api.get('/v1/snapshots', { query: { limit: pageSize, cursor } });
    for (const each of page.items) process.stdout.write(`${each.id}  ${each.createdAt}  ${each.name}\n`);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
}
