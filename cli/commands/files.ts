import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import type { Command } from 'commander';
import type { FileNode } from '../../sdk/schema.ts';
import { download, localName } from '../files/download.ts';
import { bytesText } from '../files/progress.ts';
import { childrenOf, nodeAt, nodeAtIfAny, openRemote, splitLast } from '../files/remote.ts';
import { keepSession } from '../files/session.ts';
import { upload } from '../files/upload.ts';
import { addFileHistoryCommands } from './files-history.ts';
import { addFileSharingCommands } from './files-sharing.ts';

const more = `
Paths begin at your own root, such as /Letters/2026. What others share with you is reached by its id, which
“kith files ls --shared” tells: id:0a1b2c3d4e5/2026.`;

/** For people, on any machine: it speaks to a server like every other client. */
export function addFilesCommands(program: Command): void {
  const files = program
    .command('files')
    .description('your files on a Kith server: list, fetch, send, share, go back')
    .addHelpText('after', more);
  files
    .command('login <url>')
    .description('keep where your files are and an app password (asked for, or from KITH_TOKEN)')
    .action(logIn);
  files
    .command('ls [path]')
    .description('what a folder holds')
    .option('-l, --long', 'with sizes, times, ids and versions')
    .option('--shared', 'what others share with you')
    .action(list);
  files
    .command('get <path> [target]')
    .description('fetch a file, or a folder with all it holds; goes on where it was broken off')
    .action(get);
  files
    .command('put <source> [path]')
    .description(
      'send a file or folder; goes on where it was broken off, and leaves out what is there already',
    )
    .action(put);
  addFileSharingCommands(files);
  addFileHistoryCommands(files);
}

async function logIn(url: string): Promise<void> {
  const token = process.env['KITH_TOKEN'] ?? (await ask('App password: '));
  const { username, file } = await keepSession({ url, token });
  process.stdout.write(`You are ${username} there. Kept in ${file}, which only you can read.\n`);
}

/** What is typed is not shown. */
async function ask(question: string): Promise<string> {
  process.stderr.write(question);
  const silent = new Writable({ write: (_piece, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: silent, terminal: process.stdin.isTTY });
  // Where nothing is to come, nothing is answered.
  const ended = once(lines, 'close').then(() => '');
  try {
    const answer = await Promise.race([lines.question(''), ended]);
    if (answer.trim() === '') throw new Error('Without an app password this goes no further.');
    return answer;
  } finally {
    lines.close();
    process.stderr.write('\n');
  }
}

async function list(path = '/', { long, shared }: { long?: boolean; shared?: boolean }): Promise<void> {
  const remote = await openRemote();
  if (shared) {
    let cursor: string | undefined;
    do {
      const page = await remote.api.get('/v1/shared-with-me', { query: { limit: 100, cursor } });
      for (const node of page.items) process.stdout.write(`id:${node.id}  ${nameOf(node)}\n`);
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    return;
  }
  const node = await nodeAt(remote, path);
  const lineOf = long ? longLine : nameOf;
  if (node.kind === 'file') process.stdout.write(`${lineOf(node)}\n`);
  else for await (const each of childrenOf(remote.api, node.id)) process.stdout.write(`${lineOf(each)}\n`);
}

const nameOf = ({ name, kind }: FileNode): string => (kind === 'folder' ? `${name}/` : name);
function longLine(node: FileNode): string {
  const size = node.kind === 'folder' ? '' : bytesText(node.sizeBytes);
  const version = node.versionId ?? '-'.padEnd(11);
  return `${size.padStart(9)}  ${node.modifiedAt.slice(0, 16).replace('T', ' ')}  ${node.id}  ${version}  ${nameOf(node)}`;
}

async function get(path: string, target?: string): Promise<void> {
  const remote = await openRemote();
  const node = await nodeAt(remote, path);
  const name = node.parentId === null && node.name === '' ? 'My files' : localName(node);
  const into = target === undefined ? name : (await isFolder(target)) ? join(target, name) : target;
  endWith(await download(remote, node, into));
}

const isFolder = async (path: string): Promise<boolean> =>
  (await stat(path).catch(() => undefined))?.isDirectory() === true;

/** Like `cp`: into a folder that is there, else under the last name of the path. */
async function put(source: string, path = '/'): Promise<void> {
  const remote = await openRemote();
  const there = await nodeAtIfAny(remote, path);
  if (there?.kind === 'folder') return endWith(await upload(remote, source, there));
  if (path.endsWith('/')) throw new Error(`There is no folder ${path}.`);
  const { folder, name } = splitLast(path);
  const parent = await nodeAt(remote, folder);
  endWith(await upload(remote, source, parent, name || basename(source)));
}

function endWith(failed: number): void {
  if (failed === 0) return;
  process.stderr.write(`${failed} could not be copied.\n`);
  process.exitCode = 1;
}
