/**
 * Which posts of a frozen list were shown, small enough to travel in a cursor: two bytes a post. The salt is chosen
 * so that no two posts of the list share a mark; so a post that was in the list is told exactly, whether or not the
 * list itself is still remembered.
 */

/** At most this many posts: more would not fit into a cursor. */
export const rankedMax = 240;
const saltsTried = 1000;

/** 16 bits of a key, mixed with the salt (after murmur3's finalizer). */
export function markOf(key: number, salt: number): number {
  const high = Math.floor(key / 2 ** 32);
  let mark = ((key % 2 ** 32) | 0) ^ Math.imul(high + 1, 0x9e3779b1) ^ Math.imul(salt + 1, 0x85ebca6b);
  mark = Math.imul(mark ^ (mark >>> 16), 0x85ebca6b);
  mark = Math.imul(mark ^ (mark >>> 13), 0xc2b2ae35);
  return (mark ^ (mark >>> 16)) & 0xffff;
}

/** A salt under which all marks differ; two tries on average for a full list. */
export function chooseSalt(keys: readonly number[]): number {
  for (let salt = 0; salt < saltsTried; salt++) {
    const marks = new Set<number>();
    for (const key of keys) marks.add(markOf(key, salt));
    if (marks.size === keys.length) return salt;
  }
  throw new Error('no salt tells these keys apart');
}

export function encodeShown(marks: ReadonlySet<number>): string {
  const bytes = Buffer.alloc(marks.size * 2);
  let at = 0;
  for (const mark of marks) at = bytes.writeUInt16LE(mark, at);
  return bytes.toString('base64url');
}

/** Undefined where the text is none of ours. */
export function decodeShown(text: string): Set<number> | undefined {
  const bytes = Buffer.from(text, 'base64url');
  if (bytes.length % 2 !== 0 || bytes.length > rankedMax * 2 || bytes.toString('base64url') !== text)
    return undefined;
  const marks = new Set<number>();
  for (let at = 0; at < bytes.length; at += 2) marks.add(bytes.readUInt16LE(at));
  return marks;
}
