import type { Clock } from '../../ports/clock/clock.ts';
import type { Hint } from '../../ports/log/log.ts';
import { type Records, type Row, type Table, write } from '../../ports/records/records.ts';
import { accountHint } from './change-account.ts';
import { sessionIdleMs } from './open-session.ts';
import { invitations, invitationUses, passwordResets, sessions } from './tables.ts';

const pageMax = 200;
/** A table is walked from end to end this often. */
const restMs = 6 * 3_600_000;
/** An invitation that nobody used is listed for so long after it has expired. */
export const invitationShownMs = 30 * 86_400_000;

export interface ExpiryDeps {
  records: Records;
  clock: Pick<Clock, 'nowMs' | 'monotonicMs'>;
}

/** A bounded piece of tidying; answers how many rows it looked at, 0 while there is nothing to do. */
export interface ExpiryStep {
  doing: string;
  run(): Promise<number>;
}

/** Takes away what has expired and belongs to people who never return: whoever does tidies their own. */
export function createExpirySteps(deps: ExpiryDeps): ExpiryStep[] {
  const { records, clock } = deps;
  return [
    walk(deps, 'removing expired sessions', {
      table: sessions,
      isOver: async ({ value }) => value.lastSeenAtMs < clock.nowMs() - sessionIdleMs,
      hint: ({ key }) => accountHint(key[0]!, 'seen'),
    }),
    walk(deps, 'removing expired links to choose a password', {
      table: passwordResets,
      isOver: async ({ value }) => value.expiresAtMs <= clock.nowMs(),
      hint: ({ key }) => accountHint(key[0]!, 'seen'),
    }),
    walk(deps, 'removing expired invitations', {
      table: invitations,
      isOver: async ({ key, value }) =>
        value.expiresAtMs < clock.nowMs() - invitationShownMs &&
        (await records.list(invitationUses, [key[1]!], { limit: 1 })).length === 0,
      hint: ({ key }) => ({
        kind: 'invitation.changed',
        key: key[1]!,
        data: { invitationId: key[1]! },
      }),
    }),
  ];
}

/** Where it had got to is forgotten with the process: it begins again. */
function walk<V extends object>(
  { records, clock }: ExpiryDeps,
  doing: string,
  {
    table,
    isOver,
    hint,
  }: { table: Table<V>; isOver: (row: Row<V>) => Promise<boolean>; hint: (row: Row<V>) => Hint },
): ExpiryStep {
  let cursor: string | undefined;
  let restUntilMs = 0;
  return {
    doing,
    async run() {
      if (clock.monotonicMs() < restUntilMs) return 0;
      const { rows, next } = await records.scan(table, { cursor, limit: pageMax });
      for (const row of rows) {
        if (!(await isOver(row))) continue;
        // One that was used meanwhile has another version, and stays.
        await records.commit({ decide: [write.remove(table, row.key, row.version)], hints: [hint(row)] });
      }
      cursor = next;
      if (next === undefined) restUntilMs = clock.monotonicMs() + restMs;
      return rows.length;
    },
  };
}
