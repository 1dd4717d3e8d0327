import { Readable } from 'node:stream';

/** Bytes that are all there already, as a stream. Whoever knows may take them as they are, which costs far less. */
export class WholeBody extends Readable {
  readonly bytes: Buffer;

  constructor(bytes: Buffer) {
    super();
    this.bytes = bytes;
  }

  override _read(): void {
    if (this.bytes.length > 0) this.push(this.bytes);
    this.push(null);
  }
}
