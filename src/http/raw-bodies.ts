import type { Readable } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import { Refusal } from '../lib/refusal.ts';
import { bodyPieces } from './body-pieces.ts';
import { TransportRefusal } from './json-body.ts';
import type { App } from './route.ts';

/** A refused body is read to its end up to here: who is cut off while sending does not see the answer. */
const discardedBytesMax = 16 * 1024 * 1024;

/** Routes whose bodies are bytes of any type, read by the handler as they come. */
export function withRawBodies(app: App, register: (scope: App) => void): void {
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
    register(scope as unknown as App);
  });
}

/** Beyond what any quota allows. */
export const rawBodyLimit = Number.MAX_SAFE_INTEGER;

/** Gives the body's bytes; says of one that broke off that it did, and reads what is left of one that is refused. */
export async function receiving<Result>(
  request: FastifyRequest,
  work: (bytes: AsyncIterable<Uint8Array>) => Promise<Result>,
): Promise<Result> {
  const body = (request.body ?? request.raw) as Readable;
  try {
    return await work(bodyPieces(body));
  } catch (error) {
    if (body.errored || (request.raw.destroyed && !request.raw.complete))
      throw new TransportRefusal('malformed', 'The body broke off.');
    if (error instanceof Refusal && !body.readableEnded) await discard(body);
    throw error;
  }
}

async function discard(body: Readable): Promise<void> {
  let bytes = 0;
  try {
    for await (const piece of body) {
      bytes += (piece as Uint8Array).byteLength;
      if (bytes > discardedBytesMax) return;
    }
  } catch {
    // Broke off: nobody waits for the answer.
  }
}

/** `content-length`, where it is told. */
export function toldBytes(request: FastifyRequest): number | undefined {
  const told = request.headers['content-length'];
  return told === undefined ? undefined : Number(told);
}
