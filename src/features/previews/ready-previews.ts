import type { Id } from '../../lib/ids.ts';
import { getManyMax } from '../../ports/records/records.ts';
import type { PreviewsContext } from './context.ts';
import { filePreviews, type PreviewSize } from './tables.ts';

/** `none`: there is nothing to show. `unmade`: nobody asked for one yet. */
export type PreviewState = Record<PreviewSize, string> | 'waiting' | 'none' | 'unmade';

/** How it stands with previews of contents that one may read, at most `getManyMax`: the blobs of those that are there. */
export async function previewStates(
  { records }: Pick<PreviewsContext, 'records'>,
  contentIds: readonly Id[],
): Promise<PreviewState[]> {
  const keys = contentIds.slice(0, getManyMax).map((id) => [id]);
  return (await records.getMany(filePreviews, keys)).map((row) => {
    if (!row) return 'unmade';
    const { state, blobs } = row.value;
    return state === 'ready' && blobs ? blobs : state === 'none' ? 'none' : 'waiting';
  });
}
