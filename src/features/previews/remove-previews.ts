import type { Id } from '../../lib/ids.ts';
import type { EventLog, Subscription } from '../../ports/log/log.ts';
import { write } from '../../ports/records/records.ts';
import type { PreviewsContext } from './context.ts';
import { filePreviews } from './tables.ts';

/** Tries leave a few files each, and there are few tries. */
const blobsMax = 1000;

/** Where the previews of a content lie: two letters first, so that no folder holds too many. */
export const shelfOf = (contentId: Id): string => `previews/${contentId.slice(-2)}/${contentId}`;

/** Takes away what there is of a content that went; the row last, so that whoever stopped halfway comes again. */
export async function removePreview(context: PreviewsContext, contentId: Id): Promise<void> {
  const { records } = context;
  const row = await records.get(filePreviews, [contentId]);
  if (!row) return;
  await removeBlobs(context, contentId);
  await records.commit({
    decide: [write.remove(filePreviews, [contentId], row.version)],
    hints: [{ kind: 'preview.removed', key: contentId, data: { contentId } }],
  });
}

/** The same for whoever was making one: its row may have gone before what they made was there. */
export async function removeMade(context: PreviewsContext, contentId: Id): Promise<void> {
  await removeBlobs(context, contentId);
  await removePreview(context, contentId);
}

async function removeBlobs({ blobs }: PreviewsContext, contentId: Id): Promise<void> {
  for (const { name } of await blobs.list(`${shelfOf(contentId)}/`, { limit: blobsMax }))
    await blobs.delete(name);
}

/** Follows the log: previews go with their contents. */
export const followContents = (context: PreviewsContext, log: EventLog): Promise<Subscription> =>
  log.subscribe({
    group: 'file-previews',
    start: 'stored',
    kinds: ['content.removed'],
    handle: async (entries) => {
      for (const { data } of entries) await removePreview(context, String(data['contentId']));
    },
  });
