import { type Command, Option } from 'commander';
import { nodeAt, openRemote } from '../files/remote.ts';
import { printLine } from '../terminal.ts';

interface ShareFlags {
  with?: string;
  link?: boolean;
  role?: 'viewer' | 'editor' | 'uploader';
  password?: string;
  expires?: string;
  end?: string;
}

export function addFileSharingCommands(files: Command): void {
  files
    .command('share <path>')
    .description('with a person or by a link; without options, say with whom it is shared')
    .option('--with <username>', 'who may see it')
    .option('--link', 'make an address that opens it without an account')
    .addOption(
      new Option('--role <role>', 'what they may do (default: viewer)').choices([
        'viewer',
        'editor',
        'uploader',
      ]),
    )
    .option('--password <password>', 'what the link asks for')
    .option('--expires <time>', 'until when the link works, such as 2026-12-31')
    .option('--end <username or id>', 'end sharing with that person, or that link')
    .action(share);
}

async function share(path: string, flags: ShareFlags): Promise<void> {
  const remote = await openRemote();
  const { id, name } = await nodeAt(remote, path);
  const { role = 'viewer' } = flags;
  const place = { path: { id } };
  if (flags.end !== undefined) {
    const shareId = await idOf(id, flags.end);
    await remote.api.delete('/v1/files/{id}/shares/{shareId}', { path: { id, shareId } });
    return printLine(`That ended.`);
  }
  if (flags.with !== undefined) {
    const username = flags.with.replace(/^@/, '');
    if (role === 'uploader') throw new Error('People are viewers or editors; links can be for sending only.');
    await remote.api.post('/v1/files/{id}/shares', { ...place, body: { username, role } });
    return printLine(`${name} is shared with ${username} (${role}).`);
  }
  if (flags.link) {
    const body = {
      link: true as const,
      role,
      ...(flags.password !== undefined && { password: flags.password }),
      ...(flags.expires !== undefined && { expiresAt: timeOf(flags.expires) }),
    };
    const made = await remote.api.post('/v1/files/{id}/shares', { ...place, body });
    return printLine(made.url ?? made.id);
  }
  const { items } = await remote.api.get('/v1/files/{id}/shares', place);
  if (items.length === 0) return printLine(`${name} is shared with nobody.`);
  for (const each of items) {
    const whom =
      each.userId === null
        ? (each.url ?? 'a link')
        : (await remote.api.get('/v1/users/{id}', { path: { id: each.userId } })).username;
    process.stdout.write(`${each.id}  ${each.role.padEnd(8)}  ${whom}\n`);
  }

  async function idOf(nodeId: string, wanted: string): Promise<string> {
    const shares = await remote.api.get('/v1/files/{id}/shares', { path: { id: nodeId } });
    if (shares.items.some((each) => each.id === wanted)) return wanted;
    return (await remote.api.get('/v1/users/{id}', { path: { id: `@${wanted.replace(/^@/, '')}` } })).id;
  }
}

/** A day means its end. */
export function timeOf(text: string): string {
  const ms = /^\d{4}-\d{2}-\d{2}$/.test(text) ? new Date(`${text}T23:59:59`).getTime() : Date.parse(text);
  if (!Number.isFinite(ms))
    throw new Error(`“${text}” is no time. Write one such as 2026-07-01 or 2026-07-01T12:00.`);
  return new Date(ms).toISOString();
}
