import { invalid } from '../../lib/refusal.ts';

/** One field of a form. Its body must be read before the next is asked for. */
export interface FormPart {
  name: string;
  /** Undefined where it is no file. */
  filename: string | undefined;
  body: AsyncIterable<Uint8Array>;
}

const headerBytesMax = 16 * 1024;
const partsMax = 1000;

const broken = () => invalid('file', 'This form cannot be read.');

/** The boundary of a `multipart/form-data` body; undefined where it is none. */
export function boundaryIn(contentType: string | undefined): string | undefined {
  const found = /^multipart\/form-data\s*;.*\bboundary=(?:"([^"\r\n]{1,70})"|([^\s;"]{1,70}))/i.exec(
    contentType ?? '',
  );
  return found?.[1] ?? found?.[2];
}

/** The parts of a form as they come in (RFC 7578), with bounded memory. */
export async function* formParts(
  source: AsyncIterable<Uint8Array>,
  boundary: string,
): AsyncGenerator<FormPart> {
  const bytes = new Bytes(source);
  const delimiter = Buffer.from(`\r\n--${boundary}`);
  // The first delimiter may stand at the very beginning.
  bytes.unshift(Buffer.from('\r\n'));
  for await (const _ of bytes.until(delimiter));
  for (let count = 0; ; count++) {
    if (count > partsMax) throw broken();
    const after = await bytes.take(2);
    if (after.equals(Buffer.from('--'))) return;
    if (!after.equals(Buffer.from('\r\n'))) throw broken();
    const head = await bytes.head();
    let isRead = false;
    const body = (async function* () {
      yield* bytes.until(delimiter);
      isRead = true;
    })();
    yield { ...namesIn(head), body };
    if (!isRead) for await (const _ of body);
  }
}

function namesIn(head: string): { name: string; filename: string | undefined } {
  const disposition = /^content-disposition:\s*form-data\s*;(.*)$/im.exec(head)?.[1];
  if (disposition === undefined) throw broken();
  const field = (name: string) => {
    const found = new RegExp(`(?:^|[;\\s])${name}="((?:[^"\\\\]|\\\\.)*)"`, 'i').exec(disposition)?.[1];
    // Browsers write a quote as %22 and nothing else so.
    return found?.replace(/\\(["\\])/g, '$1').replace(/%22/g, '"');
  };
  return { name: field('name') ?? '', filename: field('filename') };
}

/** Bytes that come in pieces, read up to what one looks for. */
class Bytes {
  readonly #source: AsyncIterator<Uint8Array>;
  #held: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  unshift(bytes: Buffer): void {
    this.#held = Buffer.concat([bytes, this.#held]);
  }

  async #more(): Promise<void> {
    const { done, value } = await this.#source.next();
    if (done) throw broken();
    this.#held = this.#held.length === 0 ? Buffer.from(value) : Buffer.concat([this.#held, value]);
  }

  async take(count: number): Promise<Buffer> {
    while (this.#held.length < count) await this.#more();
    const taken = this.#held.subarray(0, count);
    this.#held = this.#held.subarray(count);
    return taken;
  }

  /** Header lines up to the empty one. */
  async head(): Promise<string> {
    for (;;) {
      // There may be none.
      const end = this.#held.indexOf('\r\n\r\n');
      if (end >= 0) {
        const text = this.#held.subarray(0, end).toString('utf8');
        this.#held = this.#held.subarray(end + 4);
        return text;
      }
      if (this.#held.length > headerBytesMax) throw broken();
      await this.#more();
    }
  }

  /** What comes before a delimiter, which is taken away. */
  async *until(delimiter: Buffer): AsyncGenerator<Uint8Array> {
    for (;;) {
      const at = this.#held.indexOf(delimiter);
      if (at >= 0) {
        if (at > 0) yield this.#held.subarray(0, at);
        this.#held = this.#held.subarray(at + delimiter.length);
        return;
      }
      // The delimiter may have begun at the end of what is here.
      const safe = this.#held.length - delimiter.length + 1;
      if (safe > 0) {
        yield this.#held.subarray(0, safe);
        this.#held = this.#held.subarray(safe);
      }
      await this.#more();
    }
  }
}
