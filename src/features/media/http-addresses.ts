import type { FastifyRequest } from 'fastify';
import type { App } from '../../http/route.ts';

/** Members that hold the address of a file. What people write stands in others, and in JSON cannot look like these. */
const pattern = /"(url|playlistUrl|posterUrl|avatarUrl)":"\/media\//g;
const hasPath = '":"/media/';

/**
 * Makes whole addresses of the paths in answers, where nothing but the request says how people reach this server, or
 * the answer was made from a row that holds a path.
 */
export function completeAddresses(app: App, baseOf: (request: FastifyRequest) => string): void {
  app.addHook('onSend', (request, reply, payload, done) => {
    const hasPaths =
      (typeof payload === 'string' || Buffer.isBuffer(payload)) &&
      payload.includes(hasPath) &&
      String(reply.getHeader('content-type')).startsWith('application/json');
    if (!hasPaths) return done(null, payload);
    const base = JSON.stringify(baseOf(request)).slice(1, -1);
    const whole = (_: string, member: string) => `"${member}":"${base}/media/`;
    done(null, payload.toString().replace(pattern, whole));
  });
}
