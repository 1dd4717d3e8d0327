import type { Id } from '../../lib/ids.ts';
import { notFound } from '../../lib/refusal.ts';
import { type Write, write } from '../../ports/records/records.ts';
import { type Content, useCharactersMax } from './contents.ts';
import type { ContentsContext } from './context.ts';
import { attemptsMax, heldAnew, isHeldEnough } from './hold-chunk.ts';
import { wholeContent } from './open-content.ts';
import { contentOf } from './store-content.ts';
import { contents, contentUses } from './tables.ts';

const checked = (use: string): string => {
  if (use.length === 0 || use.length > useCharactersMax)
    throw new RangeError(`use of ${use.length} characters`);
  return use;
};

export const useWrites = (contentId: Id, use: string): Write[] => [
  write.put(contentUses, [contentId, checked(use)], {}),
];

export const endUseWrites = (contentId: Id, use: string): Write[] => [
  write.remove(contentUses, [contentId, checked(use)]),
];

export async function holdContent(context: ContentsContext, contentId: Id): Promise<Content> {
  const { records, clock } = context;
  for (let attempt = 1; attempt <= attemptsMax; attempt++) {
    const row = await wholeContent(context, contentId);
    if (isHeldEnough(row.value, clock.nowMs())) return contentOf(contentId, row.value);
    const value = heldAnew(row.value, clock.nowMs());
    const { ok } = await records.commit({
      decide: [write.replace(contents, [contentId], value, row.version)],
      hints: [{ kind: 'content.held', key: contentId, data: { contentId } }],
    });
    if (ok) return contentOf(contentId, value);
  }
  throw notFound();
}
