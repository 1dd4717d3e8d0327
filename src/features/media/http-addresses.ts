import type { FastifyRequest } from 'fastify';
import type { App } from '../../http/route.ts';

/** Members that hold the address of a file. What people write stands in others, and in JSON cannot look like these. */
const pattern = /"(url|playlistUrl|posterUrl|avatarUrl)":"\/media\//g;
const hasPath = '":"/media/';

/**
 * Makes whole addresses of the paths in answers, where nothing but the request says how people reach this server, or
 * the answer was made from a row that holds a path. Bytes that are sent again and again are looked through once.
 */
export function completeAddresses(app: App, baseOf: (request: FastifyRequest) => string): void {
  /** Null: there are no paths in them. */
  const completed = new WeakMap<Buffer, { base: string; bytes: Buffer } | null>();
  app.finishing.bytes = (request, bytes) => {
    const known = completed.get(bytes);
    if (known === null) return bytes;
    if (known === undefined && !bytes.includes(hasPath)) {
      completed.set(bytes, null);
      return bytes;
    }
    const base = baseOf(request);
    if (known?.base === base) return known.bytes;
    const whole = Buffer.from(complete(bytes.toString(), base));
    completed.set(bytes, { base, bytes: whole });
    return whole;
  };
  app.addHook('onSend', (request, reply, payload, done) => {
    const hasPaths =
      typeof payload === 'string' &&
      payload.includes(hasPath) &&
      String(reply.getHeader('content-type')).startsWith('application/json');
    done(null, hasPaths ? complete(payload, baseOf(request)) : payload);
  });
}

function complete(text: string, base: string): string {
  const inText = JSON.stringify(base).slice(1, -1);
  return text.replace(pattern, (_, member: string) => `"${member}":"${inText}/media/`);
}
