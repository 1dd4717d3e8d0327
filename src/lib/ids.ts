/**
 * Identifiers: 53 bits, so that a number holds one exactly and typed arrays can hold many,
 * written as 11 characters of Crockford's base 32 so that strings sort as the numbers do.
 *
 *     | 41 bits: ms since 2026-01-01 | 8 bits: node | 4 bits: counter |
 *
 * 41 bits of milliseconds last until 2095. Sixteen ids a millisecond and node are enough: a burst
 * borrows from the coming milliseconds, so ids stay unique and monotonic and run a little ahead.
 */

/** A fixed-width string; `<` on ids is order of minting. */
export type Id = string;

export const epochMs = Date.UTC(2026, 0, 1);
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';
const width = 11;
const counterBits = 4;
const nodeBits = 8;
const perMs = 2 ** (counterBits + nodeBits);
/** How far ids of one moment and of the next millisecond lie apart as numbers. */
export const idsPerMs = perMs;
export const nodesMax = 2 ** nodeBits;
const idPattern = /^[0-7][0-9a-hjkmnp-tv-z]{10}$/;

const codes = Uint8Array.from(alphabet, (letter) => letter.charCodeAt(0));
const values = new Int8Array(128).fill(-1);
for (let i = 0; i < codes.length; i++) values[codes[i]!] = i;

/** True for a well-formed id, whether or not anything carries it. */
export function isId(text: unknown): text is Id {
  return typeof text === 'string' && idPattern.test(text);
}

/** The number an id stands for: exact, at most 2^53 - 1. The caller has checked `isId`. */
export function idToNumber(id: Id): number {
  let high = 0;
  for (let i = 0; i < 5; i++) high = high * 32 + values[id.charCodeAt(i)]!;
  let low = 0;
  for (let i = 5; i < width; i++) low = low * 32 + values[id.charCodeAt(i)]!;
  return high * 0x40000000 + low;
}

export function idFromNumber(number: number): Id {
  const high = Math.floor(number / 0x40000000);
  const low = number - high * 0x40000000;
  // One call for all: joining letter by letter takes twice as long, and each post of a page needs it.
  return String.fromCharCode(
    codes[(high >>> 20) & 31]!,
    codes[(high >>> 15) & 31]!,
    codes[(high >>> 10) & 31]!,
    codes[(high >>> 5) & 31]!,
    codes[high & 31]!,
    codes[(low >>> 25) & 31]!,
    codes[(low >>> 20) & 31]!,
    codes[(low >>> 15) & 31]!,
    codes[(low >>> 10) & 31]!,
    codes[(low >>> 5) & 31]!,
    codes[low & 31]!,
  );
}

/** When an id was minted, in ms since 1970; ahead by the burst it was minted in, if any. */
export function idTimeMs(id: Id): number {
  return numberTimeMs(idToNumber(id));
}

/** The same of the number that an id stands for. */
export function numberTimeMs(number: number): number {
  return Math.floor(number / perMs) + epochMs;
}

/** The smallest id any node could mint at that moment: for ranges by time. */
export function firstIdAt(timeMs: number): Id {
  return idFromNumber(Math.max(0, timeMs - epochMs) * perMs);
}

export interface IdSource {
  /** A new id, larger than every id this source has given, whatever the clock does. */
  next(): Id;
  /** The last one given, or `after`, undefined before the first. */
  last(): Id | undefined;
}

export interface IdSourceOptions {
  nowMs: () => number;
  /** This process's number among all that mint, 0 to 255. */
  node?: number;
  /** The largest id known to be used: the source goes on above it. */
  after?: Id | undefined;
}

export function createIdSource({ nowMs, node = 0, after }: IdSourceOptions): IdSource {
  if (!Number.isInteger(node) || node < 0 || node >= nodesMax) throw new RangeError(`node ${node}`);
  // A tick is one step of (ms, counter); the node's bits are set in between when an id is composed.
  const counters = 2 ** counterBits;
  let lastTick = after === undefined ? -1 : Math.floor(idToNumber(after) / perMs) * counters + (counters - 1);
  let last = after;
  return {
    last: () => last,
    next() {
      const nowTick = Math.max(0, Math.floor(nowMs()) - epochMs) * counters;
      lastTick = nowTick > lastTick ? nowTick : lastTick + 1;
      const ms = Math.floor(lastTick / counters);
      last = idFromNumber(ms * perMs + node * counters + (lastTick % counters));
      return last;
    },
  };
}
