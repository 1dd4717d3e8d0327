import type { Id, IdSource } from '../../lib/ids.ts';
import type { Principal } from '../../lib/principal.ts';
import { forbidden } from '../../lib/refusal.ts';
import type { Clock } from '../../ports/clock/clock.ts';
import type { Hint } from '../../ports/log/log.ts';
import { type Records, type Write, write } from '../../ports/records/records.ts';
import type { AccountDirectory } from '../accounts/index.ts';
import type { Comments } from '../comments/index.ts';
import { type PostsFeature, postCounts } from '../posts/index.ts';
import type { Subject } from './report.ts';
import { type ReportEvent, reportHistory } from './tables.ts';

export interface ModerationDeps {
  records: Records;
  clock: Clock;
  ids: IdSource;
  accounts: Pick<AccountDirectory, 'resolve' | 'getMany'>;
  posts: Pick<PostsFeature, 'requireVisibleCard' | 'getMany' | 'delete'>;
  comments: Pick<Comments, 'requireVisible' | 'byIds' | 'erase'>;
  /** Hides an account until an administrator opens it again. */
  closeAccount(principal: Principal, userId: Id): Promise<unknown>;
}

export const commitAttemptsMax = 8;

export const reportHint = (reportId: Id): Hint => ({
  kind: 'report.changed',
  key: reportId,
  data: { reportId },
});

export function historyWrite({ ids }: ModerationDeps, reportId: Id, event: ReportEvent): Write {
  return write.put(reportHistory, [reportId, ids.next()], event);
}

/** What reports of a post take from its relevance; a dismissed one gives it back. */
export function reportCountWrites({ kind, id }: Subject, delta: 1 | -1): Write[] {
  return kind === 'post' ? [write.add(postCounts, [id], { reports: delta })] : [];
}

export function checkAdmin({ isAdmin }: Principal): void {
  if (!isAdmin) throw forbidden('Only an administrator may do this.');
}
