import { eachLimited } from '../lib/each-limited.ts';
import { type Blobs, listLimitMax } from '../ports/blobs/blobs.ts';
import type { BlobSource } from './blobs-with-packs.ts';
import type { MarkKeeper } from './mark.ts';

const pageMax = 100;
const atOnceMax = 4;

export interface CopyBlobs {
  from: BlobSource;
  to: Blobs;
  keeper: MarkKeeper;
  progress: (text: string) => void;
}

/** Every file in the order of names. Files never change, so one that is there in its size is left. */
export async function copyBlobs({ from, to, keeper, progress }: CopyBlobs): Promise<void> {
  for (;;) {
    const page = await from.list('', { after: keeper.mark.blob || undefined, limit: pageMax });
    await eachLimited(page, atOnceMax, async ({ name, sizeBytes }) => {
      if ((await to.stat(name))?.sizeBytes === sizeBytes) return;
      const { body, type } = await from.get(name);
      await to.put(name, body, { type, sizeBytes });
    });
    const last = page.at(-1);
    if (last) await keeper.advance({ blob: last.name });
    if (page.length < pageMax) return;
    progress(`files up to ${last!.name}`);
  }
}

/** How many files there are, and the names of those that are not over in their size, at most ten. */
export async function checkBlobs(
  from: Pick<BlobSource, 'list'>,
  to: Blobs,
): Promise<{ files: number; lacking: string[] }> {
  const lacking: string[] = [];
  let files = 0;
  let after: string | undefined;
  for (;;) {
    const page = await from.list('', { after, limit: listLimitMax });
    files += page.length;
    await eachLimited(page, atOnceMax * 4, async ({ name, sizeBytes }) => {
      if ((await to.stat(name))?.sizeBytes !== sizeBytes && lacking.length < 10) lacking.push(name);
    });
    if (page.length < listLimitMax) return { files, lacking };
    after = page.at(-1)!.name;
  }
}
