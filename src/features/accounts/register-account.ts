import type { Id } from '../../lib/ids.ts';
import type { IdempotencyClaim } from '../../lib/principal.ts';
import { forbidden, Refusal } from '../../lib/refusal.ts';
import { type CommitResult, type Write, write } from '../../ports/records/records.ts';
import { claimWrites, findReplay, replayedResult } from '../idempotency/index.ts';
import type { Account } from './account.ts';
import { accountHint, busy, forgetChanged, historyWrite } from './change-account.ts';
import type { AccountsContext } from './context.ts';
import { toAccount } from './directory.ts';
import { claimEmail, emailTaken, normalizeEmail } from './emails.ts';
import { claimInvitation } from './invitations.ts';
import { checkCredentials, wrongLogin } from './log-in.ts';
import { monthOf } from './months.ts';
import { type OpenedSession, openSession, sessionWrite } from './open-session.ts';
import { checkPassword } from './password-rules.ts';
import { type CleanProfileFields, cleanProfileFields, type ProfileFields } from './profile-fields.ts';
import {
  type AccountRow,
  accountCredentials,
  accounts,
  accountsByMonth,
  emails,
  installation,
  usernames,
} from './tables.ts';
import { checkUsername, usernameTaken } from './usernames.ts';

export interface RegisterInput extends ProfileFields {
  username: string;
  email: string;
  password: string;
  /** A code, where registration is by invitation. */
  invitation?: string | undefined;
  device: string;
}

/** For callers inside the program only; no request reaches these. */
export interface TrustedRegistration {
  /** A PHC string made before for this very password: many accounts may then share one slow computation. */
  passwordHash?: string;
  /** Made by the operator: whether registration is open does not matter. */
  isAdmitted?: boolean;
}

const attemptsMax = 8;
export const firstAccountKey = ['first-account'];

/**
 * Makes an account and opens its first session. With a claim that was used before it acts as a login: the
 * password is in the request, so no token need be kept.
 */
export async function registerAccount(
  context: AccountsContext,
  input: RegisterInput,
  claim?: IdempotencyClaim,
  trusted: TrustedRegistration = {},
): Promise<OpenedSession> {
  const earlier = await findReplay(context.records, claim);
  if (earlier) return replay(context, earlier, input);
  try {
    return await makeAccount(context, input, claim, trusted);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    // What is taken may have been taken by the first request with this key, carried out since it was looked for.
    const meanwhile = await findReplay(context.records, claim);
    if (!meanwhile) throw error;
    return replay(context, meanwhile, input);
  }
}

async function makeAccount(
  context: AccountsContext,
  input: RegisterInput,
  claim: IdempotencyClaim | undefined,
  { isAdmitted = false, passwordHash: hashed }: TrustedRegistration,
): Promise<OpenedSession> {
  const { records, hasher, clock } = context;
  const { username, password } = input;
  const email = normalizeEmail(input.email);
  checkUsername(username);
  checkPassword(password, { username, email });
  const profile = cleanProfileFields(input, clock.nowMs());
  await checkAdmission(context, { code: input.invitation, isAdmitted });
  if (await records.get(usernames, [username])) throw usernameTaken();
  if (!(await claimEmail(records, email, ''))) throw emailTaken();

  const passwordHash = hashed ?? (await hasher.hash(password));
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    const plan = await planAccount(context, { input, isAdmitted, email, profile, passwordHash, claim });
    const result = await records.commit(plan.commit);
    if (result.ok) {
      forgetChanged(context, plan.account.id, 'created');
      return { account: plan.account, token: plan.token };
    }
    const earlier = replayedResult(result, claim);
    if (earlier) return replay(context, earlier, input);
    refuseTaken(result);
  }
  throw busy();
}

async function replay(context: AccountsContext, userId: Id, input: RegisterInput): Promise<OpenedSession> {
  const credentials = await checkCredentials(context, userId, input.password);
  if (!credentials) throw wrongLogin();
  return openSession(context, userId, { epoch: credentials.sessionEpoch, device: input.device });
}

interface Admission {
  isFirst: boolean;
  claims: (userId: Id) => Write[];
}

/** Whether an account may be made now, and what must be claimed for it. */
async function checkAdmission(
  context: AccountsContext,
  { code, isAdmitted }: { code: string | undefined; isAdmitted: boolean },
): Promise<Admission> {
  const { records, settings, clock } = context;
  const first = await records.get(installation, firstAccountKey);
  if (!first) {
    const atMs = clock.nowMs();
    return {
      isFirst: true,
      claims: (userId) => [write.insert(installation, firstAccountKey, { userId, atMs })],
    };
  }
  if (isAdmitted) return { isFirst: false, claims: () => [] };
  if (settings.registration === 'closed')
    throw forbidden('No new accounts are made here.', 'registration-closed');
  if (settings.registration === 'open') return { isFirst: false, claims: () => [] };
  const claimUse = await claimInvitation(context, code);
  return { isFirst: false, claims: (userId) => [claimUse(userId)] };
}

interface Draft {
  input: RegisterInput;
  isAdmitted: boolean;
  email: string;
  profile: CleanProfileFields;
  passwordHash: string;
  claim: IdempotencyClaim | undefined;
}

async function planAccount(
  context: AccountsContext,
  { input, isAdmitted, email, profile, passwordHash, claim }: Draft,
) {
  const { records, ids, clock } = context;
  const id = ids.next();
  const nowMs = clock.nowMs();
  const { username } = input;
  const admission = await checkAdmission(context, { code: input.invitation, isAdmitted });
  const emailClaim = await claimEmail(records, email, id);
  if (!emailClaim) throw emailTaken();
  const row = newAccountRow({ username, email, profile, isAdmin: admission.isFirst, nowMs });
  const session = sessionWrite(context, id, { epoch: 0, device: input.device });
  const account: Account = toAccount(id, row);
  const then = [
    write.put(accountsByMonth, [monthOf(nowMs), id], { username }),
    historyWrite(context, id, 'registered', id),
  ];
  return {
    account,
    token: session.token,
    commit: {
      claims: [
        ...claimWrites(claim, id, nowMs),
        write.insert(usernames, [username], { userId: id }),
        emailClaim,
        ...admission.claims(id),
      ],
      decide: [
        write.insert(accounts, [id], row),
        write.insert(accountCredentials, [id], { passwordHash, sessionEpoch: 0 }),
        session.write,
      ],
      then,
      hints: [accountHint(id, 'created')],
    },
  };
}

function newAccountRow(fields: {
  username: string;
  email: string;
  profile: CleanProfileFields;
  isAdmin: boolean;
  nowMs: number;
}): AccountRow {
  const { username, email, profile, isAdmin, nowMs } = fields;
  return {
    username,
    email,
    displayName: profile.displayName ?? username,
    bio: profile.bio ?? '',
    location: profile.location ?? null,
    birthDate: profile.birthDate ?? null,
    gender: profile.gender ?? null,
    avatarUrl: null,
    isPrivate: false,
    isAdmin,
    state: 'active',
    createdAtMs: nowMs,
    lastLoginAtMs: nowMs,
    deleteAfterMs: null,
  };
}

/** Throws for a name or address that another took meanwhile; anything else is worth another attempt. */
function refuseTaken(result: CommitResult): void {
  if (result.ok) return;
  if (result.conflict.table.name === usernames.name) throw usernameTaken();
  if (result.conflict.table.name === emails.name) throw emailTaken();
}
