/** Answers GET and HEAD with stored bytes: whole, a range of them, or that the client has them already. */
import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { WholeBody } from '../lib/whole-body.ts';
import { type Blobs, BlobsError, type ByteRange } from '../ports/blobs/blobs.ts';

export interface SentBlob {
  /** Names these very bytes, without quotes. */
  etag: string;
  /** Beside those about length, range and tag. */
  headers: Readonly<Record<string, string>>;
}

/** Rejects as `Blobs.get` does; only a range that is not there is answered here. */
export async function sendBlob(
  request: FastifyRequest,
  reply: FastifyReply,
  blobs: Pick<Blobs, 'get' | 'stat'>,
  name: string,
  { etag, headers }: SentBlob,
): Promise<FastifyReply> {
  const tag = `"${etag}"`;
  const about = { ...headers, etag: tag, 'accept-ranges': 'bytes' };
  if (matches(request.headers['if-none-match'], tag)) return reply.code(304).headers(about).send();
  if (request.method === 'HEAD') {
    const found = await blobs.stat(name);
    if (!found) throw new BlobsError('absent', `There is no blob ${name}.`);
    return (
      reply
        .code(200)
        .headers({ ...about, 'content-length': String(found.sizeBytes) })
        // A stream, since the server would count the length of anything else.
        .send(Readable.from([]))
    );
  }
  const ifRange = request.headers['if-range'];
  const range = ifRange === undefined || ifRange === tag ? parseRange(request.headers.range) : undefined;
  try {
    const { body, start, end, sizeBytes } = await blobs.get(name, range ? { range } : {});
    const length = end - start + 1;
    reply.headers({ ...about, 'content-length': String(length) });
    if (range) reply.code(206).header('content-range', `bytes ${start}-${end}/${sizeBytes}`);
    return reply.send(body instanceof WholeBody ? body.bytes : body);
  } catch (error) {
    if (!(error instanceof BlobsError) || error.kind !== 'range') throw error;
    const found = await blobs.stat(name);
    return reply
      .code(416)
      .headers({ ...headers, 'content-range': `bytes */${found?.sizeBytes ?? 0}` })
      .send();
  }
}

const matches = (header: string | undefined, tag: string): boolean =>
  header?.split(',').some((each) => each.trim() === '*' || each.trim().replace(/^W\//, '') === tag) === true;

/** One range in bytes; anything else is answered with the whole, as the standard allows. */
export function parseRange(header: string | undefined): ByteRange | undefined {
  const [, from, to] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? '') ?? [];
  if (from === undefined || to === undefined || (from === '' && to === '')) return undefined;
  if (from === '') return { last: Number(to) };
  if (to !== '' && Number(to) < Number(from)) return undefined;
  return { start: Number(from), ...(to !== '' && { end: Number(to) }) };
}
