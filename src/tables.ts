/** Every table there is, found where the features declare them. */
import * as accounts from './features/accounts/tables.ts';
import * as comments from './features/comments/tables.ts';
import * as contents from './features/contents/tables.ts';
import * as engagement from './features/engagement/tables.ts';
import * as fileSearch from './features/file-search/tables.ts';
import * as files from './features/files/tables.ts';
import * as graph from './features/graph/tables.ts';
import { idempotencyClaims } from './features/idempotency/index.ts';
import * as media from './features/media/tables.ts';
import * as moderation from './features/moderation/tables.ts';
import * as notifications from './features/notifications/tables.ts';
import * as overview from './features/overview/tables.ts';
import * as posts from './features/posts/tables.ts';
import * as previews from './features/previews/tables.ts';
import * as purging from './features/purging/index.ts';
import * as push from './features/push/tables.ts';
import * as reactions from './features/reactions/tables.ts';
import * as transfers from './features/transfers/tables.ts';
import * as webdav from './features/webdav/tables.ts';
import type { Table } from './ports/records/records.ts';
import { leases } from './roles/lease.ts';

const modules: object[] = [
  accounts,
  comments,
  contents,
  engagement,
  files,
  fileSearch,
  graph,
  { idempotencyClaims, leases },
  media,
  moderation,
  notifications,
  overview,
  posts,
  previews,
  push,
  purging,
  reactions,
  transfers,
  webdav,
];

const isTable = (value: unknown): value is Table<object> =>
  typeof value === 'object' && value !== null && 'partition' in value && 'clustering' in value;

export const tables: readonly Table<object>[] = modules.flatMap((each) =>
  Object.values(each).filter(isTable),
);
