import { createHash, createHmac } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { IdempotencyClaim } from '../lib/principal.ts';
import { invalid, Refusal } from '../lib/refusal.ts';

/** Requests with a key that are under way in this process; beyond it further ones are asked to wait. */
const underWayMax = 10_000;
const keyPattern = /^[\x21-\x7e]{1,255}$/;

/**
 * Reads `Idempotency-Key` into `request.claim`, and keeps two requests with the same key from running at once in
 * this process. (Across processes the claim written with the commit decides.)
 *
 * Bodies of anonymous requests hold passwords, so what is kept of them is a keyed digest.
 */
export function createIdempotencyHook(secret: Uint8Array) {
  const underWay = new Set<string>();
  function begin(request: FastifyRequest, reply: FastifyReply, key: string): IdempotencyClaim {
    if (!keyPattern.test(key)) throw invalid('Idempotency-Key', 'This must be 1 to 255 visible characters.');
    const userId = request.principal?.userId ?? 'anonymous';
    const place = `${userId} ${key}`;
    if (underWay.has(place)) {
      const message = 'The first request with this Idempotency-Key is still running.';
      throw new Refusal('in-progress', message, { retryAfterSeconds: 1 });
    }
    if (underWay.size >= underWayMax) throw new Refusal('unavailable', 'Too much is going on right now.');
    underWay.add(place);
    const release = () => underWay.delete(place);
    reply.raw.once('finish', release);
    reply.raw.once('close', release);
    const digest = request.principal ? createHash('sha256') : createHmac('sha256', secret);
    digest.update(`${request.method} ${request.url}\n${canonicalJson(request.body)}`);
    return { userId, key, bodyHash: digest.digest('base64url') };
  }
  return (request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void): void => {
    const header = request.headers['idempotency-key'];
    try {
      if (header !== undefined) request.claim = begin(request, reply, String(header));
      done();
    } catch (error) {
      done(error as Error);
    }
  };
}

/** JSON with members in order of name, so that the same body written another way is the same. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? '';
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`);
  return `{${members.join(',')}}`;
}
