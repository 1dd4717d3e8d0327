import type { Id } from '../../lib/ids.ts';
import { invalid, Refusal } from '../../lib/refusal.ts';
import { type Records, type Row, type Write, write } from '../../ports/records/records.ts';
import { accounts, emails } from './tables.ts';

const emailCharactersMax = 254;
const emailPattern = /^[^\s\p{C}@"<>()[\]\\,;:]+@[^\s\p{C}@"<>()[\]\\,;:.]+(\.[^\s\p{C}@"<>()[\]\\,;:.]+)*$/u;
const generationDigits = 6;

/** An address as it is kept and compared: lower case throughout. */
export function normalizeEmail(text: string, field = 'email'): string {
  const email = text.trim().normalize('NFC').toLowerCase();
  if (email.length > emailCharactersMax || !email.isWellFormed() || !emailPattern.test(email)) {
    throw invalid(field, 'This does not look like an e-mail address.', 'email-form');
  }
  return email;
}

async function newestClaim(records: Records, email: string): Promise<Row<{ userId: Id }> | undefined> {
  return (await records.list(emails, [email], { reverse: true, limit: 1 }))[0];
}

/** Whose address it is. Makes the same reads whether or not it is anybody's. */
export async function findByEmail(records: Records, email: string): Promise<Id | undefined> {
  const claim = await newestClaim(records, email);
  const owner = await records.get(accounts, [claim?.value.userId ?? '']);
  return owner?.value.email === email ? claim!.value.userId : undefined;
}

/** The write that claims an address, or undefined where another account carries it. */
export async function claimEmail(records: Records, email: string, userId: Id): Promise<Write | undefined> {
  const claim = await newestClaim(records, email);
  if (claim) {
    const owner = await records.get(accounts, [claim.value.userId]);
    if (owner?.value.email === email) return undefined;
  }
  const generation = String(Number(claim?.key[1] ?? 0) + 1).padStart(generationDigits, '0');
  return write.insert(emails, [email, generation], { userId });
}

export const emailTaken = () =>
  new Refusal('conflict', 'There is an account with this e-mail address already.', {
    fields: [
      {
        field: 'email',
        message: 'There is an account with this e-mail address already.',
        code: 'email-taken',
      },
    ],
  });
