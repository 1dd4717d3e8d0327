import type { Id, IdSource } from '../../lib/ids.ts';
import type { Principal } from '../../lib/principal.ts';
import type { RecentChanges } from '../../lib/recent-changes.ts';
import type { Clock } from '../../ports/clock/clock.ts';
import type { EventLog } from '../../ports/log/log.ts';
import type { Mailer } from '../../ports/mail/mail.ts';
import type { RateLimits } from '../../ports/rate-limits/rate-limits.ts';
import type { Records } from '../../ports/records/records.ts';
import type { BackgroundWork } from './background-work.ts';
import type { CachedDirectory } from './directory.ts';
import type { PasswordHasher } from './password-hasher.ts';

export interface AccountsSettings {
  /** `invite` needs a code, `closed` refuses; the very first account may always be made. */
  registration: 'open' | 'invite' | 'closed';
  /** What people type to come here, without a slash at the end: links in mails begin with it. */
  publicUrl: string;
  /** Goes before the paths of profile images; default nothing. */
  mediaBaseUrl?: string;
}

export interface AccountsDeps {
  records: Records;
  log: EventLog;
  clock: Clock;
  ids: IdSource;
  mailer: Mailer;
  settings: AccountsSettings;
  /** This installation's secret, 32 characters or more. Losing it ends no session and loses no account. */
  secret: string;
  passwordHasher?: PasswordHasher;
  /** Told of every account that may read differently now. */
  changes?: RecentChanges | undefined;
  /** Counts wrong passwords of people who are logged in; by default in this process. */
  rateLimits?: RateLimits | undefined;
  /** The path that person's medium is shown from; throws `invalid`. Without it no picture can be set. */
  avatarUrlOf?: (principal: Principal, mediaId: Id | null) => Promise<string | null>;
  /** Told of failures that no caller sees. */
  report?: (error: unknown, doing: string) => void;
}

/** What the operations of this feature share. */
export interface AccountsContext extends AccountsDeps {
  directory: CachedDirectory;
  hasher: PasswordHasher;
  background: BackgroundWork;
  /** Of its own, because a mail server may be slow. */
  mails: BackgroundWork;
  /** Forgets what this process remembers of a person's credentials. */
  forgetCredentials(userId: Id): void;
}
