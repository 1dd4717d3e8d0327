import { listLimitMax, type Row, type Write, write } from '../../ports/records/records.ts';
import type { ContentsContext } from './context.ts';
import {
  type ChunkRef,
  type ContentRow,
  chunkUses,
  contentPages,
  contents,
  contentsToVerify,
  verifyShard,
} from './tables.ts';

const writesMax = 60;
type Removing = Pick<ContentsContext, 'records'>;

/**
 * Removes a content that nothing uses: first it is marked, so that nobody can hold it any more, then what it holds of
 * chunks ends, then it goes. Stopped anywhere it is gone on with. False where the row has changed meanwhile.
 */
export async function takeApart({ records }: Removing, row: Row<ContentRow>): Promise<boolean> {
  const contentId = row.key[0]!;
  const hints = [{ kind: 'content.removed', key: contentId, data: { contentId } }];
  let { version } = row;
  if (!row.value.isGoing) {
    const value: ContentRow = { ...row.value, isGoing: true };
    const { ok } = await records.commit({
      decide: [write.replace(contents, [contentId], value, version)],
      hints,
    });
    if (!ok) return false;
    version++;
  }
  const drop = async (refs: readonly ChunkRef[], and: Write[]) => {
    const distinct = [...new Set(refs.map(([sha256]) => sha256))];
    const writes = [
      ...distinct.map((sha256) => write.remove(chunkUses, [sha256, row.value.ownerId, contentId])),
      ...and,
    ];
    for (let at = 0; at < writes.length; at += writesMax)
      await records.commit({ decide: [], then: writes.slice(at, at + writesMax), hints });
  };
  for (;;) {
    const pages = await records.list(contentPages, [contentId], { limit: Math.min(8, listLimitMax) });
    if (pages.length === 0) break;
    for (const { key, value } of pages) await drop(value.chunks, [write.remove(contentPages, key)]);
  }
  await drop(row.value.chunks ?? [], [write.remove(contentsToVerify, [verifyShard, contentId])]);
  const { ok } = await records.commit({ decide: [write.remove(contents, [contentId], version)], hints });
  return ok;
}
