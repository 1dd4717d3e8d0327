/**
 * FastCDC: where to cut bytes by what they hold. W. Xia et al., “FastCDC: a Fast and Efficient Content-Defined
 * Chunking Approach for Data Deduplication”, USENIX ATC 2016: a gear hash rolls over the bytes, and a chunk ends where
 * some of its bits are zero. No chunk is looked at before its minimal size; before the mean size more bits must be
 * zero than after it (normalized chunking), which keeps sizes near the mean. Two bytes are taken in one step, as in
 * their “The Design of Fast Content-Defined Chunking for Data Deduplication Based Storage Systems”, TPDS 2020.
 */
import { chunkBytesMax, chunkBytesMin } from './contents.ts';

const chunkBytesMean = 1024 * 1024;
/** How many bits more before the mean size, and fewer after it. */
const normalization = 2;
const meanBits = Math.log2(chunkBytesMean);

/**
 * The highest bits, which depend on the most bytes; but not the very highest, so that a hash shifted by one, as it is
 * between the two bytes of a step, still has them all.
 */
const mask = (bits: number): number => ((2 ** bits - 1) << (31 - bits)) | 0;
const maskBeforeMean = mask(meanBits + normalization);
const maskAfterMean = mask(meanBits - normalization);

/** A random number for each byte. These decide all cuts: changing them ends the sharing with what is stored. */
const gear = gearTable();
const gearShifted = gear.map((value) => value << 1);

function gearTable(): Int32Array {
  const table = new Int32Array(256);
  let state = 0x6b697468;
  for (let i = 0; i < table.length; i++) {
    // SplitMix32.
    state = (state + 0x9e3779b9) | 0;
    let value = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    value = Math.imul(value ^ (value >>> 15), 0x735a2d97);
    table[i] = value ^ (value >>> 15);
  }
  return table;
}

/** Goes over the bytes of one stream as they come, however they are divided, and finds the ends of chunks. */
export class CutFinder {
  #hash = 0;
  /** Bytes of the chunk under way that were looked at. */
  #sizeBytes = 0;

  /** Where the chunk under way ends: the position after its last byte, or -1 if it goes on beyond these bytes. */
  find(bytes: Uint8Array, from: number): number {
    const start = from - this.#sizeBytes;
    const meanEnd = Math.min(start + chunkBytesMean, bytes.length);
    const maxEnd = Math.min(start + chunkBytesMax, bytes.length);
    let at = Math.max(from, Math.min(start + chunkBytesMin, bytes.length));
    // One after the other, and not in a loop: V8 makes the inner loop four times as slow within another.
    if (at < meanEnd) {
      const cut = this.#roll(bytes, at, meanEnd, maskBeforeMean);
      if (cut >= 0) return this.#cut(cut);
      at = meanEnd;
    }
    if (at < maxEnd) {
      const cut = this.#roll(bytes, at, maxEnd, maskAfterMean);
      if (cut >= 0) return this.#cut(cut);
      at = maxEnd;
    }
    if (at - start === chunkBytesMax) return this.#cut(at);
    this.#sizeBytes = at - start;
    return -1;
  }

  #cut(at: number): number {
    this.#hash = 0;
    this.#sizeBytes = 0;
    return at;
  }

  #roll(bytes: Uint8Array, from: number, end: number, bits: number): number {
    const bitsShifted = bits << 1;
    let hash = this.#hash;
    let at = from;
    for (const last = end - 1; at < last; at += 2) {
      hash = ((hash << 2) + gearShifted[bytes[at]!]!) | 0;
      if ((hash & bitsShifted) === 0) return at + 1;
      hash = (hash + gear[bytes[at + 1]!]!) | 0;
      if ((hash & bits) === 0) return at + 2;
    }
    if (at < end) {
      hash = ((hash << 1) + gear[bytes[at]!]!) | 0;
      if ((hash & bits) === 0) return at + 1;
    }
    this.#hash = hash;
    return -1;
  }
}
