import { randomBytes } from 'node:crypto';
import { type Id, isId } from '../../lib/ids.ts';
import type { IdempotencyClaim, Principal } from '../../lib/principal.ts';
import { forbidden, invalid, notFound } from '../../lib/refusal.ts';
import { cleanText } from '../../lib/text.ts';
import { type Records, type Row, type Write, write } from '../../ports/records/records.ts';
import { claimWrites, replayedResult } from '../idempotency/index.ts';
import { busy } from './change-account.ts';
import type { AccountsContext } from './context.ts';
import { type InvitationRow, invitations, invitationUses } from './tables.ts';
import { equalText } from './tokens.ts';

const list = 'all';
export const invitationUsesMax = 100;
export const invitationDaysMax = 365;
const invitationDaysDefault = 14;
const slotDigits = 3;
const dayMs = 86_400_000;
const attemptsMax = 5;

export interface Invitation extends InvitationRow {
  id: Id;
  uses: number;
}

export interface CreateInvitationInput {
  note?: string | undefined;
  usesMax?: number | undefined;
  expiresInDays?: number | undefined;
}

function checkAdmin(principal: Principal): void {
  if (!principal.isAdmin) throw forbidden('Only an administrator may do this.');
}

const invitationHint = (id: Id) => ({ kind: 'invitation.changed', key: id, data: { invitationId: id } });

export async function createInvitation(
  { records, ids, clock }: AccountsContext,
  principal: Principal,
  { note = '', usesMax = 1, expiresInDays = invitationDaysDefault }: CreateInvitationInput,
  claim?: IdempotencyClaim,
): Promise<Invitation> {
  checkAdmin(principal);
  const id = ids.next();
  const nowMs = clock.nowMs();
  const row: InvitationRow = {
    code: `${id}${randomBytes(9).toString('base64url')}`,
    note: cleanText(note, { field: 'note', bytesMax: 400 }),
    createdBy: principal.userId,
    createdAtMs: nowMs,
    usesMax,
    expiresAtMs: nowMs + expiresInDays * dayMs,
    revokedAtMs: null,
  };
  const result = await records.commit({
    claims: claimWrites(claim, id, nowMs),
    decide: [write.insert(invitations, [list, id], row)],
    hints: [invitationHint(id)],
  });
  const earlier = replayedResult(result, claim);
  if (earlier) return readInvitation(records, earlier);
  if (!result.ok) throw busy();
  return { id, ...row, uses: 0 };
}

async function readInvitation(records: Records, id: Id): Promise<Invitation> {
  const row = await records.get(invitations, [list, id]);
  if (!row) throw notFound();
  const used = await records.list(invitationUses, [id], { limit: invitationUsesMax });
  return { id, ...row.value, uses: used.length };
}

/** Newest first. */
export async function listInvitations(
  { records }: AccountsContext,
  principal: Principal,
  { before, limit }: { before: Id | undefined; limit: number },
): Promise<{ items: Invitation[]; next: Id | undefined }> {
  checkAdmin(principal);
  const rows = await records.list(invitations, [list], { reverse: true, before, limit });
  const items = await Promise.all(
    rows.map(async ({ key, value }) => {
      const used = await records.list(invitationUses, [key[1]!], { limit: invitationUsesMax });
      return { id: key[1]!, ...value, uses: used.length };
    }),
  );
  return { items, next: rows.length === limit ? items.at(-1)?.id : undefined };
}

export async function revokeInvitation(
  { records, clock }: AccountsContext,
  principal: Principal,
  id: Id,
): Promise<void> {
  checkAdmin(principal);
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    const row = await records.get(invitations, [list, id]);
    if (!row) throw notFound();
    if (row.value.revokedAtMs !== null) return;
    const revoked = { ...row.value, revokedAtMs: clock.nowMs() };
    const result = await records.commit({
      decide: [write.replace(invitations, row.key, revoked, row.version)],
      hints: [invitationHint(id)],
    });
    if (result.ok) return;
  }
  throw busy();
}

const codeRefused = () =>
  invalid('invitation', 'This invitation is not valid any more. Please ask for another.', 'invitation-ended');

/** The write by which a new account takes one use of a code. Throws where the code gives none. */
export async function claimInvitation(
  { records, clock }: AccountsContext,
  code: string | undefined,
): Promise<(userId: Id) => Write> {
  if (!code) throw invalid('invitation', 'New accounts need an invitation here.', 'invitation-needed');
  const id = code.slice(0, 11);
  const row: Row<InvitationRow> | undefined = isId(id)
    ? await records.get(invitations, [list, id])
    : undefined;
  const nowMs = clock.nowMs();
  if (!row || !equalText(row.value.code, code)) throw codeRefused();
  const { revokedAtMs, expiresAtMs, usesMax } = row.value;
  if (revokedAtMs !== null || expiresAtMs <= nowMs) throw codeRefused();
  const used = await records.list(invitationUses, [id], { limit: invitationUsesMax });
  if (used.length >= usesMax) throw codeRefused();
  const slot = String(used.length + 1).padStart(slotDigits, '0');
  return (userId) => write.insert(invitationUses, [id, slot], { userId, atMs: nowMs });
}
