import { contentsWorld } from '../features/contents/test-contents.ts';
import { filesOn, principalOf } from '../features/files/test-files.ts';
import { createTransfers } from '../features/transfers/index.ts';
import { createIdSource } from '../lib/ids.ts';
import type { Records } from '../ports/records/records.ts';

/** Real contents and files on engines in memory, and two people. */
export function storedWorld({ quotaBytes, records: given }: { quotaBytes?: number; records?: Records } = {}) {
  const world = contentsWorld(given && { records: given });
  const { records, clock, contents } = world;
  const ids = createIdSource({ nowMs: clock.nowMs, node: 1 });
  const files = filesOn({ records, clock, ids, contents, ...(quotaBytes !== undefined && { quotaBytes }) });
  const transfers = createTransfers({ records, clock, contents, files });
  return { ...world, ids, files, transfers, ann: principalOf(ids.next()), bob: principalOf(ids.next()) };
}
