import type { Id } from '../../lib/ids.ts';
import type { Principal } from '../../lib/principal.ts';
import { Refusal } from '../../lib/refusal.ts';
import { write } from '../../ports/records/records.ts';
import { enqueuePurge } from '../purging/index.ts';
import { type Change, changeMedia, requireOwn, rowWith } from './change-media.ts';
import type { MediaContext } from './context.ts';
import type { Media } from './media.ts';
import { mediaByOwner, mediaUsage } from './tables.ts';

/** Deletes one's own medium that belongs to nothing: a post is shown whole or not at all. Twice is once. */
export async function deleteMedia(context: MediaContext, principal: Principal, id: string): Promise<void> {
  await requireOwn(context, principal, id);
  await changeMedia(context, id, (current) => {
    if (current.state === 'deleted') return undefined;
    if (current.uses.length > 0)
      throw new Refusal('conflict', 'This is part of a post or profile. Delete that first.');
    return deletion(context, current);
  });
}

/** Hides it from everybody at once, gives its room back, and has its blobs go soon. */
export function deletion({ ids }: Pick<MediaContext, 'ids'>, medium: Media): Change {
  const { ownerId, id, sizeBytes } = medium;
  return {
    row: rowWith(medium, { state: 'deleted', uses: [], filename: '', alt: '', shown: null }),
    then: [
      write.remove(mediaByOwner, [ownerId, id]),
      write.add(mediaUsage, [ownerId], { bytes: -sizeBytes, count: -1 }),
      enqueuePurge('media', ids.next(), id),
    ],
  };
}

const erasedAtOnceMax = 100;

/** Deletes what somebody uploaded, whatever uses it; true when nothing is left. */
export async function eraseMedia(context: MediaContext, ownerId: Id): Promise<boolean> {
  const rows = await context.records.list(mediaByOwner, [ownerId], { limit: erasedAtOnceMax });
  for (const { key } of rows) {
    let wasThere = false;
    await changeMedia(context, key[1]!, (current) => {
      wasThere = current.state !== 'deleted';
      return wasThere ? deletion(context, current) : undefined;
    });
    if (wasThere) continue;
    await context.records.commit({
      decide: [write.remove(mediaByOwner, key)],
      hints: [{ kind: 'media.purged', key: ownerId, data: { mediaId: key[1]! } }],
    });
  }
  return rows.length === 0;
}
