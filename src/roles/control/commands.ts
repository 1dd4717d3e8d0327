/** What the operator can ask for from the command line, of a running server or of a folder at rest. */
import { randomBytes } from 'node:crypto';
import type { Account, Accounts } from '../../features/accounts/index.ts';
import type { ContentsFeature } from '../../features/contents/index.ts';
import type { MediaFeature } from '../../features/media/index.ts';
import type { Principal } from '../../lib/principal.ts';
import { notFound, Refusal } from '../../lib/refusal.ts';

export type CommandArguments = Record<string, unknown>;

export interface CommandDeps {
  accounts: Accounts;
  contents: Pick<ContentsFeature, 'scrub' | 'collector'>;
  media: Pick<MediaFeature, 'listFailed' | 'retryFailed'>;
  publicUrl: string;
  /** Throws derived state away and makes it anew from records. */
  rebuild: Record<'feeds' | 'search' | 'counters', (progress: (text: string) => void) => Promise<string>>;
  /** Writes a consistent copy of everything into an empty folder; answers what it wrote. */
  backup(folder: string, progress: (text: string) => void): Promise<string>;
  /** Problems found in what is stored, in plain words; empty if none. */
  integrity(): Promise<string[]>;
}

export type Command = (
  deps: CommandDeps,
  args: CommandArguments,
  progress: (text: string) => void,
) => Promise<unknown>;

/** Whoever holds the data folder is its operator. */
const operator: Principal = { userId: '00000000000', isAdmin: true, credentialId: null };
const accountsListedMax = 100_000;
const listPageSize = 100;
const damageShownMax = 1000;

export const commands: Record<string, Command> = {
  'user.add': addUser,
  'user.list': listUsers,
  'user.deactivate': async (deps, args) => {
    const account = await find(deps, args);
    await deps.accounts.closeAsAdmin(operator, account.id);
    return `@${account.username} is deactivated. “kith user reactivate ${account.username}” undoes it.`;
  },
  'user.reactivate': async (deps, args) => {
    const account = await find(deps, args);
    await deps.accounts.reopenAsAdmin(operator, account.id);
    return `@${account.username} is active.`;
  },
  'user.reset-password': async (deps, args) => {
    const account = await find(deps, args);
    const link = await deps.accounts.createResetLink(operator, account.id);
    return `Give this to @${account.username}; it works once, for an hour:\n${link.url}`;
  },
  'user.admin': async (deps, args) => {
    const account = await find(deps, args);
    await deps.accounts.setRole(operator, account.id, { isAdmin: args['isAdmin'] === true });
    return `@${account.username} is ${args['isAdmin'] === true ? 'now' : 'no longer'} an administrator.`;
  },
  invite: async (deps) => {
    const { code } = await deps.accounts.createInvitation(operator, {});
    return `Invitation code: ${code}`;
  },
  rebuild: (deps, args, progress) => {
    const what = String(args['what']);
    if (what !== 'feeds' && what !== 'search' && what !== 'counters')
      throw notFound('Rebuild feeds, search or counters.');
    return deps.rebuild[what](progress);
  },
  backup: (deps, args, progress) => deps.backup(String(args['folder']), progress),
  integrity: (deps) => deps.integrity(),
  scrub,
  'media.failed': async ({ media }) =>
    (await media.listFailed()).map(({ failedAtMs, ...failed }) => ({
      ...failed,
      failedAt: new Date(failedAtMs).toISOString(),
    })),
  'media.retry': async ({ media }, args) => {
    const given = args['mediaId'];
    const count = await media.retryFailed(typeof given === 'string' ? given : undefined);
    if (count === 0) return 'There is nothing to try again.';
    return `${count} ${count === 1 ? 'is' : 'are'} tried again.`;
  },
};

/** Goes on with the pass that the janitor has begun, or begins one. */
async function scrub(
  { contents }: CommandDeps,
  _args: CommandArguments,
  progress: (text: string) => void,
): Promise<object> {
  for (let steps = 0; ; steps++) {
    const { chunks, bytes, damaged, endedAtMs } = await contents.scrub.step();
    if (endedAtMs !== undefined)
      return { chunks, bytes, damaged, damage: await contents.scrub.damaged(damageShownMax) };
    if (steps % 16 === 0)
      progress(`${chunks} chunks, ${Math.round(bytes / 2 ** 20)} MiB read, ${damaged} damaged`);
  }
}

async function addUser({ accounts }: CommandDeps, args: CommandArguments): Promise<string> {
  const given = args['password'];
  const password = typeof given === 'string' ? given : randomBytes(12).toString('base64url');
  const input = {
    username: String(args['username']),
    email: String(args['email']),
    password,
    device: 'kith user add',
    ...(typeof args['displayName'] === 'string' && { displayName: args['displayName'] }),
  };
  const { account } = await accounts.register(input, undefined, { isAdmitted: true });
  const shown = typeof given === 'string' ? '' : ` Password: ${password}`;
  return `@${account.username} can log in.${shown}${account.isAdmin ? ' This account is an administrator.' : ''}`;
}

async function listUsers({ accounts }: CommandDeps): Promise<object[]> {
  const found: object[] = [];
  let before: Parameters<Accounts['listAccounts']>[1]['before'];
  do {
    const page = await accounts.listAccounts(operator, { before, limit: listPageSize });
    for (const { id, username, displayName, state, isAdmin, createdAtMs } of page.items) {
      found.push({
        id,
        username,
        displayName,
        state,
        isAdmin,
        createdAt: new Date(createdAtMs).toISOString(),
      });
    }
    before = page.next;
  } while (before && found.length < accountsListedMax);
  return found;
}

/** By name, whatever its state, or by id. */
async function find({ accounts }: CommandDeps, args: CommandArguments): Promise<Account> {
  const reference = String(args['user'] ?? '');
  const account = await accounts.findAny(reference);
  if (!account) throw new Refusal('not-found', `There is no account “${reference}”.`);
  return account;
}
