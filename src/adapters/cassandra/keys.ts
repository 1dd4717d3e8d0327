/**
 * How key parts become CQL text. Parts hold no NUL, so parts joined by NUL sort as the parts do, and neither
 * U+0000 nor U+0001 can be confused with what a part holds: U+0001 itself sorts after the NUL that ends a part.
 */
import type { Key, ListOptions } from '../../ports/records/records.ts';

const separator = '\0';

export const joinParts = (parts: readonly string[]): string => parts.join(separator);
export const splitParts = (joined: string, count: number): string[] =>
  count === 0 ? [] : joined.split(separator);

/** Cassandra refuses an empty partition key of one column; NUL stands for it, which no part holds. */
export const partitionText = (parts: readonly string[]): string => joinParts(parts) || separator;
export const partitionParts = (text: string, count: number): string[] =>
  count === 1 && text === separator ? [''] : text.split(separator);

/** A key that could not have been written: nothing is stored under it. */
export const isStorable = (key: Key): boolean =>
  key.every((part) => part.isWellFormed() && !part.includes(separator));

/** Joined keys from `from` (inclusive) up to `before` (exclusive). */
export interface KeyRange {
  from: string | undefined;
  before: string | undefined;
}

/** The joined keys whose leading parts are `prefix`, bounded (exclusively) at the part after it. */
export function keyRange(prefix: Key, { after, before }: Pick<ListOptions, 'after' | 'before'>): KeyRange {
  const start = prefix.map((part) => part + separator).join('');
  const end = prefix.length === 0 ? undefined : `${joinParts(prefix)}\x01`;
  return {
    from: after === undefined ? start || undefined : `${start}${after}\x01`,
    before: before === undefined ? end : start + before,
  };
}
