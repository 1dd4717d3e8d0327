import { isUtf8 } from 'node:buffer';
import type { FastifyRequest } from 'fastify';
import type { RefusalCode } from '../lib/refusal.ts';
import type { TransportCode } from './problems.ts';
import type { App } from './route.ts';

/** Bodies that routes do not bound themselves (`bodyLimit`): enough for 100,000 bytes of text, escaped. */
export const jsonBytesMax = 1024 * 1024;
/** How long the bytes of a JSON body may take to arrive. */
export const jsonArrivalTimeoutMs = 30_000;
/**
 * A body that is too large is read to its end up to here, and thrown away: a client that is cut off while it still
 * sends sees a broken connection instead of the answer.
 */
const discardedBytesMax = 16 * 1024 * 1024;
const depthMax = 32;

/** A refusal by the transport itself, before any operation is asked. */
export class TransportRefusal extends Error {
  readonly problemCode: TransportCode | RefusalCode;
  constructor(problemCode: TransportCode | RefusalCode, message: string) {
    super(message);
    this.name = 'TransportRefusal';
    this.problemCode = problemCode;
  }
}

/** Takes JSON and nothing else; a route that reads its own bytes registers its parser in its own scope. */
export function takeJsonBodies(app: App): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', (request, stream, done) => {
    const type = request.headers['content-type'] ?? '';
    if (/charset=(?!"?utf-?8)/i.test(type)) {
      done(new TransportRefusal('unsupported-media-type', 'JSON is read as UTF-8 only.'));
      return;
    }
    collect(request, stream, (error, bytes) => {
      if (error) return done(error);
      try {
        done(null, parseJson(bytes!));
      } catch (refusal) {
        done(refusal as Error);
      }
    });
  });
}

function collect(
  request: FastifyRequest,
  stream: NodeJS.ReadableStream,
  done: (error: Error | null, bytes?: Buffer) => void,
): void {
  const bytesMax = request.routeOptions.bodyLimit ?? jsonBytesMax;
  const announced = Number(request.headers['content-length'] ?? 0);
  const readBytesMax = Math.max(bytesMax, discardedBytesMax);
  if (announced > readBytesMax) {
    done(tooLarge(bytesMax));
    return;
  }
  const parts: Buffer[] = [];
  let size = 0;
  let finished = false;
  const finish = (error: Error | null) => {
    if (finished) return;
    finished = true;
    clearTimeout(timer);
    stream.off('data', onData);
    if (error) done(error);
    else done(null, parts.length === 1 ? parts[0]! : Buffer.concat(parts));
  };
  const onData = (part: Buffer) => {
    size += part.length;
    if (size > readBytesMax) finish(tooLarge(bytesMax));
    else if (size > bytesMax) parts.length = 0;
    else parts.push(part);
  };
  const timer = setTimeout(
    () => finish(new TransportRefusal('timeout', 'The body did not arrive in time.')),
    jsonArrivalTimeoutMs,
  );
  stream.on('data', onData);
  stream.on('end', () => finish(size > bytesMax ? tooLarge(bytesMax) : null));
  // Every stream closes in the end: the refusal, an Error with its stack, is made only where it is one.
  const breakOff = () => {
    if (!finished) finish(new TransportRefusal('malformed', 'The body broke off.'));
  };
  stream.on('error', breakOff);
  stream.on('close', breakOff);
}

const tooLarge = (bytesMax: number) =>
  new TransportRefusal('too-large', `The body may have at most ${bytesMax} bytes.`);

/** An empty body is no body: a route that needs one says so by its schema. */
export function parseJson(bytes: Buffer): unknown {
  if (bytes.length === 0) return undefined;
  if (!isUtf8(bytes)) throw new TransportRefusal('malformed', 'The body is not valid UTF-8.');
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch {
    throw new TransportRefusal('malformed', 'The body is not valid JSON.');
  }
  inspect(value, 0);
  return value;
}

/** Refuses what is too deep to walk safely, and names that would reach an object's prototype when copied. */
function inspect(value: unknown, depth: number): void {
  if (typeof value !== 'object' || value === null) return;
  if (depth >= depthMax) throw new TransportRefusal('malformed', 'The body is nested too deeply.');
  if (Array.isArray(value)) {
    for (const item of value) inspect(item, depth + 1);
    return;
  }
  for (const name of Object.keys(value)) {
    if (name === '__proto__') throw new TransportRefusal('malformed', 'The body uses a reserved name.');
    inspect((value as Record<string, unknown>)[name], depth + 1);
  }
}
