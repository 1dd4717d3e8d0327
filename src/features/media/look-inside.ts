import { acceptedTypes, type Media } from './media.ts';

/** So many bytes at the beginning tell what a file is. */
export const headBytes = 4_100;

/** What the library calls by other names. */
const alsoKnownAs: Readonly<Record<string, string>> = {
  'video/x-m4v': 'video/mp4',
  'video/3gpp2': 'video/3gpp',
  'video/MP1S': 'video/mpeg',
  'video/MP2P': 'video/mpeg',
};

/** What the first bytes say, whatever was claimed; undefined where it is nothing that can be shown. */
export async function typeOfContent(
  head: Uint8Array,
): Promise<{ type: string; kind: Media['kind'] } | undefined> {
  // With the first upload: a start has no use for it.
  const { fileTypeFromBuffer } = await import('file-type');
  const found = await fileTypeFromBuffer(head);
  const type = found ? (alsoKnownAs[found.mime] ?? found.mime) : tiffOf(head);
  if (!type || !Object.hasOwn(acceptedTypes, type)) return undefined;
  return { type, kind: acceptedTypes[type]! };
}

/** Reads the first bytes of a stream, and gives them with a stream that begins at the beginning again. */
export async function takeHead(
  source: AsyncIterable<Uint8Array>,
): Promise<{ head: Buffer; whole: AsyncIterable<Uint8Array> }> {
  const iterator = source[Symbol.asyncIterator]();
  const taken: Uint8Array[] = [];
  let bytes = 0;
  while (bytes < headBytes) {
    const { done, value } = await iterator.next();
    if (done) break;
    taken.push(value);
    bytes += value.byteLength;
  }
  async function* whole() {
    try {
      yield* taken;
      for (;;) {
        const { done, value } = await iterator.next();
        if (done) return;
        yield value;
      }
    } finally {
      await iterator.return?.();
    }
  }
  return { head: Buffer.concat(taken).subarray(0, headBytes), whole: whole() };
}

/** The library asks the directory of a TIFF, which often stands at the file's end. */
function tiffOf(head: Uint8Array): string | undefined {
  const start = Buffer.from(head.subarray(0, 4)).toString('hex');
  return start === '49492a00' || start === '4d4d002a' ? 'image/tiff' : undefined;
}
