import { isId } from '../../lib/ids.ts';
import type { Principal } from '../../lib/principal.ts';
import { invalid, Refusal } from '../../lib/refusal.ts';
import { write } from '../../ports/records/records.ts';
import type { ListDeps } from './change-list.ts';
import { keptMax } from './notification.ts';
import { newState, notifications, type ReaderState, stateKey } from './tables.ts';

const attemptsMax = 8;

/**
 * Everything up to that id is read, whatever arrives meanwhile is not: an arrival always stands above all
 * that the list has held.
 */
export async function markRead(
  { records }: Pick<ListDeps, 'records'>,
  { userId }: Principal,
  { upTo }: { upTo: string },
): Promise<void> {
  if (!isId(upTo)) throw invalid('upTo', 'This is not the id of a notification.');
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    const row = await records.get(notifications, stateKey(userId));
    const state = (row?.value as ReaderState | undefined) ?? newState;
    const readUpTo = upTo < state.top ? upTo : state.top;
    if (!row || readUpTo <= state.readUpTo) return;
    const above = await records.list(notifications, [userId, 'place'], { after: readUpTo, limit: keptMax });
    const result = await records.commit({
      decide: [
        write.replace(
          notifications,
          stateKey(userId),
          { ...state, readUpTo, unread: above.length },
          row.version,
        ),
      ],
      hints: [{ kind: 'notification.changed', key: userId, data: { userId } }],
    });
    if (result.ok) return;
  }
  throw new Refusal('unavailable', 'New notifications are arriving too fast. Please try again.');
}
