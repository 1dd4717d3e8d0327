import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { ZipFile } from 'yazl';

export interface ZipEntry {
  /** With forward slashes, and no part that leads elsewhere. */
  name: string;
  atMs: number;
  /** False for what is packed already. */
  isCompressed: boolean;
  /** Undefined for what is not there after all. */
  open(): Promise<Readable | undefined>;
}

/**
 * A zip file that is made as it is read: one entry after the other is opened, streamed and forgotten, but for the few
 * bytes each takes in the directory at the end. Where one fails, so does the whole.
 */
export function streamZip(entries: AsyncIterable<ZipEntry>): Readable {
  const zip = new ZipFile();
  const out = zip.outputStream as Readable;
  let open: Readable | undefined;
  const fail = (error: unknown) => out.destroy(error as Error);
  zip.on('error', fail);
  // Whoever breaks off lets go of what was open.
  out.once('close', () => open?.destroy());
  const fill = async () => {
    for await (const { name, atMs, isCompressed, open: openEntry } of entries) {
      if (out.destroyed) return;
      const source = await openEntry();
      if (!source) continue;
      open = source;
      if (out.destroyed) return void source.destroy();
      zip.addReadStream(source, name, { mtime: new Date(atMs), mode: 0o100644, compress: isCompressed });
      await finished(source, { writable: false });
      open = undefined;
    }
    zip.end();
  };
  fill().catch(fail);
  return out;
}

/** An array in JSON, one item a line, of which no more is held than is on its way. */
export const jsonArray = (items: AsyncIterable<unknown>): Readable => Readable.from(linesOf(items));

async function* linesOf(items: AsyncIterable<unknown>): AsyncGenerator<Buffer> {
  let mark = '[\n';
  for await (const item of items) {
    yield Buffer.from(mark + JSON.stringify(item));
    mark = ',\n';
  }
  yield Buffer.from(mark === '[\n' ? '[]\n' : '\n]\n');
}

export const jsonText = (value: unknown): Readable =>
  Readable.from([Buffer.from(`${JSON.stringify(value, null, 2)}\n`)]);
