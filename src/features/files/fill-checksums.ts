import type { FilesContext } from './context.ts';
import type { FileContent } from './node.ts';

/** Fills in the checksums that were verified after the change that brought the content. */
export async function fillChecksums<Item>(
  { contents }: Pick<FilesContext, 'contents'>,
  items: readonly Item[],
  contentOf: (item: Item) => FileContent | null | undefined,
): Promise<readonly Item[]> {
  const waiting = items.flatMap((item) => {
    const content = contentOf(item);
    return content?.sha256 === null ? [content] : [];
  });
  if (waiting.length === 0) return items;
  const known = await contents.describe(waiting.map(({ id }) => id));
  for (const [i, content] of waiting.entries()) content.sha256 = known[i]?.sha256 ?? null;
  return items;
}
