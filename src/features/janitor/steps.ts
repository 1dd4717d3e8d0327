import type { Id, IdSource } from '../../lib/ids.ts';
import type { Clock } from '../../ports/clock/clock.ts';
import type { EventLog } from '../../ports/log/log.ts';
import type { Records } from '../../ports/records/records.ts';
import type { AccountDirectory } from '../accounts/index.ts';
import type { Comments } from '../comments/index.ts';
import type { PostsFeature } from '../posts/index.ts';
import type { PurgeQueue } from '../purging/index.ts';
import type { Reactions } from '../reactions/index.ts';

/** A bounded piece of tidying, which bears being cut off anywhere and done again. */
export interface Step {
  /** What it is doing, for reports of failures: `purging posts`. */
  doing: string;
  /** Answers how much it did: 0 where there is nothing to do for now. */
  run(): Promise<number>;
}

/** Takes away a bounded part of what a person left; true when nothing is left. Bears repetition. */
export type Eraser = (userId: Id) => Promise<boolean>;

export interface JanitorSettings {
  /** How long a deleted post can still be found by an operator with a database tool. */
  postGraceMs: number;
  logKeptMs: number;
}

export const defaultSettings: JanitorSettings = {
  postGraceMs: 30 * 86_400_000,
  logKeptMs: 7 * 86_400_000,
};

export interface JanitorDeps {
  records: Records;
  log: EventLog;
  clock: Clock;
  ids: IdSource;
  directory: Pick<AccountDirectory, 'get'>;
  posts: Pick<PostsFeature, 'get' | 'purge' | 'eraseOf'>;
  comments: Pick<Comments, 'purgeOfPost' | 'purgeRevisions' | 'eraseOf'>;
  reactions: Pick<Reactions, 'purgeOfPost' | 'eraseOf'>;
  accounts: {
    /** Accounts whose time has come. */
    accountsDueForErasure(options: { limit: number }): Promise<Id[]>;
    /** Erases the account itself, after which nobody can take the deletion back; false where it is not due. */
    eraseAccount(id: Id): Promise<boolean>;
  };
  /** What else people leave: follows, notifications, affinities, reports. */
  erasers?: readonly Eraser[];
  /** Further tidying that other features bring. */
  steps?: readonly Step[];
  /** Whether there is little else to do. */
  isIdle: () => boolean;
  /** Told of a step that failed; it is tried again later. */
  report: (error: unknown, doing: string) => void;
  settings?: Partial<JanitorSettings>;
}

export interface StepsContext extends JanitorDeps {
  queue: PurgeQueue;
  settings: JanitorSettings;
}
