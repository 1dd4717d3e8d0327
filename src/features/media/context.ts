import type { Id, IdSource } from '../../lib/ids.ts';
import type { Principal } from '../../lib/principal.ts';
import type { Blobs } from '../../ports/blobs/blobs.ts';
import type { Clock } from '../../ports/clock/clock.ts';
import type { Records } from '../../ports/records/records.ts';
import type { Addresses } from './addresses.ts';
import type { JobQueue } from './job-queue.ts';
import type { Media, MediaUse } from './media.ts';

export interface MediaSettings {
  /** What one person's originals may take, with what else counts. */
  quotaBytes: number;
  /** Goes before the addresses of media in posts: empty where they are fetched from wherever the post was. */
  baseUrl: string;
}

export interface MediaDeps {
  records: Records;
  clock: Clock;
  ids: IdSource;
  blobs: Blobs;
  settings: MediaSettings;
  addresses: Addresses;
  /** Whether this viewer (null: anybody) may see what that medium belongs to, and it still does. */
  canSee: (viewer: Principal | null, use: MediaUse, medium: Pick<Media, 'name'>) => Promise<boolean>;
  /** What else counts against a person's quota. */
  otherBytesOf?: ((ownerId: Id) => Promise<number>) | undefined;
}

/** What the operations of this feature share. */
export interface MediaContext extends MediaDeps {
  jobs: JobQueue;
}

/** How often a write that lost a race is tried again. */
export const commitAttemptsMax = 8;
