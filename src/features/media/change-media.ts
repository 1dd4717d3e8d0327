import { isId } from '../../lib/ids.ts';
import type { Principal } from '../../lib/principal.ts';
import { notFound, Refusal } from '../../lib/refusal.ts';
import type { Hint } from '../../ports/log/log.ts';
import { type Row, type Write, write } from '../../ports/records/records.ts';
import { commitAttemptsMax, type MediaContext } from './context.ts';
import type { Media } from './media.ts';
import { media } from './tables.ts';

export type MediaRow = Omit<Media, 'id'>;

/** What goes with a change of the row, in the same commit. */
export interface Change {
  row: MediaRow;
  claims?: Write[];
  then?: Write[];
  hints?: Hint[];
  /** Default `state`. */
  what?: MediaChange;
}

/** `state`: the state, or what can be shown of it. `use`: what it belongs to. */
export type MediaChange = 'state' | 'use' | 'alt';

export const mediaOf = ({ key, value }: Row<MediaRow>): Media => ({ ...value, id: key[0]! });

export const changedHint = (
  { id, ownerId, state, failure }: Pick<Media, 'id' | 'ownerId' | 'state' | 'failure'>,
  what: MediaChange = 'state',
): Hint => ({
  kind: 'media.changed',
  key: ownerId,
  data: { mediaId: id, ownerId, state, what, ...(failure && { failure }) },
});

/** The medium whatever its state; undefined if none. */
export async function readMedia({ records }: MediaContext, id: string): Promise<Media | undefined> {
  const row = isId(id) ? await records.get(media, [id]) : undefined;
  return row && mediaOf(row);
}

/** One's own, not deleted; for others it does not exist. */
export async function requireOwn(context: MediaContext, principal: Principal, id: string): Promise<Media> {
  const found = await readMedia(context, id);
  if (!found || found.ownerId !== principal.userId || found.state === 'deleted') throw notFound();
  return found;
}

/**
 * Changes a medium as `decide` says of its newest state, which may be asked more than once; `undefined` leaves it as
 * it is. Answers how it stands, undefined if there is none.
 */
export async function changeMedia(
  { records }: Pick<MediaContext, 'records'>,
  id: string,
  decide: (current: Media) => Change | undefined,
): Promise<Media | undefined> {
  for (let attempt = 1; attempt <= commitAttemptsMax; attempt++) {
    const row = isId(id) ? await records.get(media, [id]) : undefined;
    if (!row) return undefined;
    const current = mediaOf(row);
    const change = decide(current);
    if (!change) return current;
    const next: Media = { ...change.row, id };
    const result = await records.commit({
      ...(change.claims && { claims: change.claims }),
      decide: [write.replace(media, [id], change.row, row.version)],
      ...(change.then && { then: change.then }),
      hints: [changedHint(next, change.what), ...(change.hints ?? [])],
    });
    if (result.ok) return next;
  }
  throw new Refusal('conflict', 'This is being changed by others at the same time. Please try again.');
}

/** The row of a medium with some of it changed. */
export const rowWith = ({ id: _, ...row }: Media, changes: Partial<MediaRow>): MediaRow => ({
  ...row,
  ...changes,
});
