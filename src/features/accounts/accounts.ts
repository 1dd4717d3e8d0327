import { type BoundTo, bind } from '../../lib/bind.ts';
import type { Id } from '../../lib/ids.ts';
import type { Subscription } from '../../ports/log/log.ts';
import { memoryRateLimits } from '../../ports/rate-limits/memory-rate-limits.ts';
import * as administration from './administer-accounts.ts';
import { createAuthenticator } from './authenticator.ts';
import { createBackgroundWork } from './background-work.ts';
import { forgetChanged } from './change-account.ts';
import * as closing from './close-account.ts';
import type { AccountsContext, AccountsDeps } from './context.ts';
import { createDirectory, readAccount } from './directory.ts';
import * as erasing from './erase-account.ts';
import type { AccountChange, AccountDirectory, Authenticator } from './index.ts';
import * as inviting from './invitations.ts';
import { logIn } from './log-in.ts';
import * as appPasswords from './manage-app-passwords.ts';
import * as sessions from './manage-sessions.ts';
import { createPasswordHasher } from './password-hasher.ts';
import { registerAccount } from './register-account.ts';
import * as resetting from './reset-password.ts';
import { updateAccount } from './update-account.ts';

type Bound<F> = BoundTo<AccountsContext, F>;

/** Everything about who people are. Each operation's file says what it does and refuses. */
export interface Accounts {
  directory: AccountDirectory;
  authenticator: Authenticator;
  readAccount: Bound<typeof readAccount>;
  register: Bound<typeof registerAccount>;
  logIn: Bound<typeof logIn>;
  update: Bound<typeof updateAccount>;
  listSessions: Bound<typeof sessions.listSessions>;
  sessionCredentials: Bound<typeof sessions.sessionCredentials>;
  endSession: Bound<typeof sessions.endSession>;
  endCurrentSession: Bound<typeof sessions.endCurrentSession>;
  createAppPassword: Bound<typeof appPasswords.createAppPassword>;
  listAppPasswords: Bound<typeof appPasswords.listAppPasswords>;
  revokeAppPassword: Bound<typeof appPasswords.revokeAppPassword>;
  requestPasswordReset: Bound<typeof resetting.requestPasswordReset>;
  resetPassword: Bound<typeof resetting.resetPassword>;
  createResetLink: Bound<typeof resetting.createResetLink>;
  deactivate: Bound<typeof closing.deactivateAccount>;
  reactivate: Bound<typeof closing.reactivateAccount>;
  requestDeletion: Bound<typeof closing.requestDeletion>;
  listHistory: Bound<typeof closing.listHistory>;
  accountsDueForErasure: Bound<typeof erasing.accountsDueForErasure>;
  eraseAccount: Bound<typeof erasing.eraseAccount>;
  listAccounts: Bound<typeof administration.listAccounts>;
  closeAsAdmin: Bound<typeof administration.closeAccountAsAdmin>;
  reopenAsAdmin: Bound<typeof administration.reopenAccountAsAdmin>;
  findAny: Bound<typeof administration.findAnyAccount>;
  setRole: Bound<typeof administration.setRole>;
  createInvitation: Bound<typeof inviting.createInvitation>;
  listInvitations: Bound<typeof inviting.listInvitations>;
  revokeInvitation: Bound<typeof inviting.revokeInvitation>;
  /** Follows the log, so that changes made by other processes are seen. To be awaited before serving. */
  start(): Promise<void>;
  /** Resolves when this process has seen every change made so far, by whichever process. */
  caughtUp(): Promise<void>;
  /** Finishes what is under way. */
  stop(): Promise<void>;
  /** Resolves when no work that requests do not wait for is left: mails, times of use. */
  idle(): Promise<void>;
}

export function createAccounts(deps: AccountsDeps): Accounts {
  const report = deps.report ?? (() => undefined);
  const directory = createDirectory(deps);
  const context: AccountsContext = {
    ...deps,
    // Guesses at one's own password are counted always, whatever else is limited.
    rateLimits: deps.rateLimits ?? memoryRateLimits({ clock: deps.clock }),
    directory,
    hasher: deps.passwordHasher ?? createPasswordHasher(),
    background: createBackgroundWork({ report }),
    mails: createBackgroundWork({ report }),
    forgetCredentials: (userId) => authenticator.forget(userId),
  };
  const authenticator = createAuthenticator(context);
  let subscription: Subscription | undefined;
  const idle = async () => {
    await context.background.idle();
    await context.mails.idle();
  };

  return {
    directory,
    authenticator,
    ...operations(context),
    async start() {
      subscription ??= await deps.log.subscribe({
        group: 'accounts-cache',
        start: 'now',
        kinds: ['account.changed'],
        async handle(entries) {
          for (const { key, data } of entries) {
            forgetChanged(context, key as Id, data['what'] as AccountChange);
          }
        },
      });
    },
    caughtUp: async () => subscription?.caughtUp(),
    async stop() {
      await subscription?.close();
      subscription = undefined;
      await idle();
    },
    idle,
  };
}

function operations(context: AccountsContext) {
  return {
    readAccount: bind(context, readAccount),
    register: bind(context, registerAccount),
    logIn: bind(context, logIn),
    update: bind(context, updateAccount),
    listSessions: bind(context, sessions.listSessions),
    sessionCredentials: bind(context, sessions.sessionCredentials),
    endSession: bind(context, sessions.endSession),
    endCurrentSession: bind(context, sessions.endCurrentSession),
    createAppPassword: bind(context, appPasswords.createAppPassword),
    listAppPasswords: bind(context, appPasswords.listAppPasswords),
    revokeAppPassword: bind(context, appPasswords.revokeAppPassword),
    requestPasswordReset: bind(context, resetting.requestPasswordReset),
    resetPassword: bind(context, resetting.resetPassword),
    createResetLink: bind(context, resetting.createResetLink),
    deactivate: bind(context, closing.deactivateAccount),
    reactivate: bind(context, closing.reactivateAccount),
    requestDeletion: bind(context, closing.requestDeletion),
    listHistory: bind(context, closing.listHistory),
    accountsDueForErasure: bind(context, erasing.accountsDueForErasure),
    eraseAccount: bind(context, erasing.eraseAccount),
    listAccounts: bind(context, administration.listAccounts),
    closeAsAdmin: bind(context, administration.closeAccountAsAdmin),
    reopenAsAdmin: bind(context, administration.reopenAccountAsAdmin),
    findAny: bind(context, administration.findAnyAccount),
    setRole: bind(context, administration.setRole),
    createInvitation: bind(context, inviting.createInvitation),
    listInvitations: bind(context, inviting.listInvitations),
    revokeInvitation: bind(context, inviting.revokeInvitation),
  };
}
