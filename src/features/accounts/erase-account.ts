import type { Id } from '../../lib/ids.ts';
import { type Table, type Write, write } from '../../ports/records/records.ts';
import { changeAccount, commitForUser, historyWrite } from './change-account.ts';
import type { AccountsContext } from './context.ts';
import { erasuresList, erasureTime, erasureWrite } from './erasures-due.ts';
import {
  type AccountRow,
  accountCredentials,
  accounts,
  appPasswords,
  emails,
  erasuresDue,
  passwordResets,
  sessions,
} from './tables.ts';

const removalsMax = 50;
const roundsMax = 1000;

/** Accounts whose time has come, the longest due first. Some may have been taken back meanwhile: erasing tells. */
export async function accountsDueForErasure(
  { records, clock }: AccountsContext,
  { limit }: { limit: number },
): Promise<Id[]> {
  const before = erasureTime(clock.nowMs() + 1);
  const rows = await records.list(erasuresDue, [erasuresList], { before, limit });
  return rows.map(({ key }) => key[2]!);
}

/**
 * Takes away everything this feature knows of a person. The id and the name stay, so that neither is ever given
 * to somebody else, and the dates of its history. Answers false where the account is not due (any more).
 * Whatever stops it half-way, the next call goes on: the account stays listed as due until all is gone.
 */
export async function eraseAccount(context: AccountsContext, id: Id): Promise<boolean> {
  const { records, clock } = context;
  const before = (await records.get(accounts, [id]))?.value;
  if (!before) return false;
  const isDue = before.state === 'deleting' && (before.deleteAfterMs ?? Infinity) <= clock.nowMs();
  if (!isDue && before.state !== 'deleted') return false;

  // Credentials first: nobody can log in and take the deletion back once anything is gone. The address next,
  // while the account still says which it is.
  await removeCredentials(context, id);
  for (const table of [sessions, appPasswords, passwordResets]) await removeAll(context, id, table);
  if (before.email !== '') await releaseEmail(context, before.email, id);
  await changeAccount(context, id, (row) => {
    if (row.state === 'deleted') return undefined;
    return {
      account: erased(row),
      what: 'state',
      mirrors: [historyWrite(context, id, 'erased', id)],
    };
  });
  if (before.deleteAfterMs !== null) {
    await commitForUser(context, id, 'seen', {
      decide: [],
      mirrors: [erasureWrite.remove(before.deleteAfterMs, id)],
    });
  }
  return true;
}

/** Keeps `deleteAfterMs`, by which the list of what is due is tidied. */
const erased = ({ username, createdAtMs, deleteAfterMs }: AccountRow): AccountRow => ({
  username,
  email: '',
  displayName: '',
  bio: '',
  location: null,
  birthDate: null,
  gender: null,
  avatarUrl: null,
  isPrivate: true,
  isAdmin: false,
  state: 'deleted',
  createdAtMs,
  lastLoginAtMs: null,
  deleteAfterMs,
});

async function removeCredentials(context: AccountsContext, id: Id): Promise<void> {
  const row = await context.records.get(accountCredentials, [id]);
  if (!row) return;
  await commitForUser(context, id, 'credentials', {
    decide: [write.remove(accountCredentials, [id], row.version)],
  });
}

async function removeAll(context: AccountsContext, id: Id, table: Table<object>): Promise<void> {
  for (let round = 0; round < roundsMax; round++) {
    const rows = await context.records.list(table, [id], { limit: removalsMax });
    if (rows.length === 0) return;
    const decide = rows.map(({ key, version }) => write.remove(table, key, version));
    await commitForUser(context, id, 'credentials', { decide });
  }
}

/** Only what this account claimed: another may hold the address by now. */
async function releaseEmail({ records }: AccountsContext, email: string, id: Id): Promise<void> {
  const rows = await records.list(emails, [email], { limit: removalsMax });
  const decide: Write[] = rows
    .filter(({ value }) => value.userId === id)
    .map(({ key, version }) => write.remove(emails, key, version));
  if (decide.length === 0) return;
  await records.commit({ decide, hints: [{ kind: 'email.released', key: id, data: { userId: id } }] });
}
