import { type Id, isId } from '../../lib/ids.ts';
import type { RecentChanges } from '../../lib/recent-changes.ts';
import { loadingCache } from '../../ports/cache/loading-cache.ts';
import type { Records } from '../../ports/records/records.ts';
import type { Account } from './account.ts';
import type { AccountDirectory } from './index.ts';
import { type AccountRow, accounts, usernames } from './tables.ts';

const accountsCachedMax = 100_000;
const usernamesCachedMax = 100_000;

export interface CachedDirectory extends AccountDirectory {
  /** To be called after every change, here or announced by a hint. */
  invalidate(id: Id): void;
}

export function toAccount(id: Id, { closedByAdmin: _, ...row }: AccountRow): Account {
  return Object.freeze({ id, ...row });
}

/** As it is written, past every cache: for consumers, which may be ahead of this process's cache. */
export async function readAccount({ records }: { records: Records }, id: Id): Promise<Account | undefined> {
  const row = await records.get(accounts, [id]);
  return row && toAccount(id, row.value);
}

/** An image is kept as a path, so that the server may move; what everybody reads holds the whole address. */
function shownTo({ avatarUrl, ...account }: Account, mediaBaseUrl: string): Account {
  return Object.freeze({
    ...account,
    avatarUrl: avatarUrl?.startsWith('/') ? mediaBaseUrl + avatarUrl : avatarUrl,
  });
}

export function createDirectory({
  records,
  changes,
  settings: { mediaBaseUrl = '' } = {},
}: {
  records: Records;
  changes?: RecentChanges | undefined;
  settings?: { mediaBaseUrl?: string };
}): CachedDirectory {
  const byId = loadingCache<Account>({
    sizeMax: accountsCachedMax,
    async load(ids) {
      const rows = await records.getMany(
        accounts,
        ids.map((id) => [id]),
      );
      return rows.map((row, i) => row && shownTo(toAccount(ids[i]!, row.value), mediaBaseUrl));
    },
  });
  // A name belongs to one account for ever, so what is found once stays true.
  const idByUsername = loadingCache<{ userId: Id }>({
    sizeMax: usernamesCachedMax,
    async load(names) {
      const rows = await records.getMany(
        usernames,
        names.map((name) => [name]),
      );
      return rows.map((row) => row?.value);
    },
  });
  const active = (account: Account | undefined) => (account?.state === 'active' ? account : undefined);

  const directory: CachedDirectory = {
    async get(id) {
      return isId(id) ? byId.get(id) : undefined;
    },
    getMany: (ids) => byId.getMany(ids),
    async findByUsername(username) {
      if (!/^[a-z0-9_]{3,30}$/.test(username)) return undefined;
      const owner = await idByUsername.get(username);
      return owner && active(await byId.get(owner.userId));
    },
    async resolve(reference) {
      if (reference.startsWith('@')) return directory.findByUsername(reference.slice(1).toLowerCase());
      return active(await directory.get(reference));
    },
    invalidate(id) {
      byId.invalidate(id);
      changes?.record(id);
    },
  };
  return directory;
}
