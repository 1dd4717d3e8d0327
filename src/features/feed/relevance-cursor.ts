import { decodeCursor, encodeCursor } from '../../lib/cursors.ts';
import { idFromNumber, idToNumber, isId } from '../../lib/ids.ts';
import { invalid } from '../../lib/refusal.ts';
import { decodeShown, encodeShown } from './shown-set.ts';

/** The part of the feed that is ranked, from its newest key down to its oldest, and what of it was shown. */
export interface RankedStretch {
  top: number;
  /** 0 where nothing is older. */
  bottom: number;
  salt: number;
  shown: Set<number>;
}

/** Where a reader by relevance is: within the ranked part, or below it by key. */
export type RelevancePosition = { ranked: RankedStretch } | { below: number };

const cursorKind = 'feed-relevant';
const saltPattern = /^\d{1,4}$/;

export function encodePosition(position: RelevancePosition): string {
  if ('below' in position) return encodeCursor(cursorKind, ['', idFromNumber(position.below), '', '']);
  const { top, bottom, salt, shown } = position.ranked;
  return encodeCursor(cursorKind, [
    idFromNumber(top),
    idFromNumber(bottom),
    String(salt),
    encodeShown(shown),
  ]);
}

export function decodePosition(cursor: string | undefined): RelevancePosition | undefined {
  const parts = decodeCursor(cursorKind, cursor, 4);
  if (!parts) return undefined;
  const [top, bottom, salt, marks] = parts as [string, string, string, string];
  const shown = decodeShown(marks);
  if (top === '' && isId(bottom)) return { below: idToNumber(bottom) };
  if (isId(top) && isId(bottom) && saltPattern.test(salt) && shown)
    return { ranked: { top: idToNumber(top), bottom: idToNumber(bottom), salt: Number(salt), shown } };
  throw invalid('cursor', 'This cursor is not from this list. Begin again without one.');
}
