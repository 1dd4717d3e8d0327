/** A file's bytes while changes are applied; what nobody wrote is zero. */
export class GrowingBytes {
  #buffer: Uint8Array;
  size: number;
  constructor(start: Uint8Array) {
    this.#buffer = new Uint8Array(start);
    this.size = start.length;
  }
  resize(size: number): void {
    if (size > this.#buffer.length) {
      const larger = new Uint8Array(Math.max(size, this.#buffer.length * 2));
      larger.set(this.#buffer.subarray(0, this.size));
      this.#buffer = larger;
    }
    if (size < this.size) this.#buffer.fill(0, size, this.size);
    this.size = size;
  }
  write(offset: number, bytes: Uint8Array): void {
    if (offset + bytes.length > this.size) this.resize(offset + bytes.length);
    this.#buffer.set(bytes, offset);
  }
  bytes(): Uint8Array {
    return this.#buffer.subarray(0, this.size);
  }
}

const sectorBytes = 512;

/** The parts of a stretch of bytes that lie in one sector each. */
export function* sectors(offset: number, length: number): Generator<[start: number, end: number]> {
  for (let start = offset; start < offset + length; ) {
    const end = Math.min(offset + length, (Math.floor(start / sectorBytes) + 1) * sectorBytes);
    yield [start, end];
    start = end;
  }
}
