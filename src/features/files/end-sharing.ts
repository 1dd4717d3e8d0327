import type { Id } from '../../lib/ids.ts';
import { write } from '../../ports/records/records.ts';
import type { FilesContext } from './context.ts';
import { linkHints } from './links.ts';
import { grantsMax, linksMax } from './share.ts';
import { endGrant } from './shares.ts';
import { fileGrants, fileLinkCounts, fileLinks, fileLinksByNode } from './tables.ts';

/** Ends all shares and links of a node that is gone. Bears repetition. */
export async function endSharing({ records }: Pick<FilesContext, 'records'>, nodeId: Id): Promise<void> {
  for (const { key, value, version } of await records.list(fileGrants, [nodeId], { limit: grantsMax })) {
    await records.commit(endGrant(value.driveId, nodeId, key[1]!, version));
  }
  for (const { key } of await records.list(fileLinksByNode, [nodeId], { limit: linksMax })) {
    const linkId = key[1]!;
    const row = await records.get(fileLinks, [linkId]);
    await records.commit({
      decide: row ? [write.remove(fileLinks, [linkId], row.version)] : [],
      then: [write.remove(fileLinksByNode, [nodeId, linkId]), write.remove(fileLinkCounts, [linkId])],
      hints: linkHints(row?.value.driveId ?? nodeId, nodeId, linkId),
    });
  }
}
