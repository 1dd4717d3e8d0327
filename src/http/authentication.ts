/**
 * Who is asking. A bearer token, or the web app's cookie, or (where the accounts feature offers them) Digest and
 * Basic for scripts and file clients. Features provide the checks; this decides when they are asked.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Principal } from '../lib/principal.ts';
import { forbidden, Refusal } from '../lib/refusal.ts';
import { isSameOrigin } from './same-origin.ts';

export const sessionCookie = 'kith_session';
const tokenCharactersMax = 512;
const schemeCharactersMax = 4096;

export type Credential =
  | { kind: 'bearer' | 'cookie'; token: string }
  /** The whole value of the Authorization header. */
  | { kind: 'digest' | 'basic'; authorization: string };

export interface SignedRequest {
  authorization: string;
  method: string;
  /** Path and query as they were sent. */
  url: string;
}

type Answer = Principal | undefined | Promise<Principal | undefined>;

/** Undefined from any of them: the credential is worth nothing (any more). */
export interface Authenticators {
  /** A session's token, from the header or the cookie. */
  byToken(token: string): Answer;
  byDigest?(request: SignedRequest): Answer;
  byBasic?(request: SignedRequest): Answer;
  /**
   * A challenge for `WWW-Authenticate`, beside `Bearer`. Asked only for clients that are not browsers, which would
   * open a dialogue of their own. `authorization` is what was refused, if anything was sent.
   */
  challenge?(authorization: string | undefined): string | undefined;
}

/** The credential that a request carries, whether or not it is worth anything; the header wins over the cookie. */
export function credentialOf(request: FastifyRequest): Credential | undefined {
  const { authorization, cookie } = request.headers;
  if (authorization !== undefined) return fromHeader(authorization);
  const token = cookie === undefined ? undefined : cookieValue(cookie, sessionCookie);
  return token && token.length <= tokenCharactersMax ? { kind: 'cookie', token } : undefined;
}

function fromHeader(authorization: string): Credential | undefined {
  const space = authorization.indexOf(' ');
  const scheme = authorization.slice(0, space).toLowerCase();
  if (scheme === 'bearer') {
    const token = authorization.slice(space + 1).trim();
    return token && token.length <= tokenCharactersMax ? { kind: 'bearer', token } : undefined;
  }
  if ((scheme === 'digest' || scheme === 'basic') && authorization.length <= schemeCharactersMax) {
    return { kind: scheme, authorization };
  }
  return undefined;
}

/** A cookie's value by its name, without a table of all of them. */
export function cookieValue(header: string, name: string): string | undefined {
  let at = header.indexOf(`${name}=`);
  while (at > 0 && header[at - 1] !== ' ' && header[at - 1] !== ';') at = header.indexOf(`${name}=`, at + 1);
  if (at < 0) return undefined;
  const from = at + name.length + 1;
  const end = header.indexOf(';', from);
  return header.slice(from, end < 0 ? undefined : end).trim();
}

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS', 'PROPFIND', 'REPORT']);

/** The checks of a request that needs or takes a caller. Stays synchronous where the check is. */
export function authenticate(
  request: FastifyRequest,
  authenticators: Authenticators,
  publicOrigin: string | undefined,
): Answer {
  const credential = credentialOf(request);
  if (!credential) return undefined;
  switch (credential.kind) {
    case 'cookie':
      if (!safeMethods.has(request.method) && !isSameOrigin(request.headers, publicOrigin)) {
        throw forbidden('This request came from another site.');
      }
      return authenticators.byToken(credential.token);
    case 'bearer':
      return authenticators.byToken(credential.token);
    default: {
      const { authorization } = credential;
      const signed = { authorization, method: request.method, url: request.raw.url ?? request.url };
      return credential.kind === 'digest'
        ? authenticators.byDigest?.(signed)
        : authenticators.byBasic?.(signed);
    }
  }
}

/** Of a route for file clients: an app password and nothing else, since browsers send cookies by themselves. */
export function authenticateByAppPassword(request: FastifyRequest, authenticators: Authenticators): Answer {
  if (request.headers['sec-fetch-site'] === 'cross-site') {
    throw forbidden('This request came from another site.');
  }
  const credential = credentialOf(request);
  if (credential?.kind !== 'basic' && credential?.kind !== 'digest') return undefined;
  return authenticate(request, authenticators, undefined);
}

const basicChallenge = 'Basic realm="Kith", charset="UTF-8"';
/** They take Digest wherever it is offered, and cannot do it with SHA-256. */
const withoutDigest = /^(microsoft|davclnt|webdavfs|webdavlib)/i;

/** The 401 of such a route. Digest is for where a password would go over the wire as it is. */
export function wantsAppPassword(
  request: FastifyRequest,
  reply: FastifyReply,
  authenticators: Authenticators,
): Refusal {
  const { authorization, 'user-agent': agent = '' } = request.headers;
  const digest =
    request.protocol === 'https' || withoutDigest.test(agent)
      ? undefined
      : authenticators.challenge?.(authorization);
  reply.header('www-authenticate', digest === undefined ? basicChallenge : [basicChallenge, digest]);
  return new Refusal('unauthenticated', 'Please log in with your username and an app password.');
}

/** The 401 of a route that needs a caller. */
export function unauthenticated(
  request: FastifyRequest,
  reply: FastifyReply,
  authenticators: Authenticators,
): Refusal {
  const { authorization } = request.headers;
  const isBrowser = (request.headers['user-agent'] ?? '').startsWith('Mozilla/');
  const other = isBrowser ? undefined : authenticators.challenge?.(authorization);
  const bearer = authorization?.toLowerCase().startsWith('bearer')
    ? 'Bearer error="invalid_token"'
    : 'Bearer';
  reply.header('www-authenticate', other === undefined ? bearer : [bearer, other]);
  return new Refusal(
    'unauthenticated',
    credentialOf(request) ? 'This session has ended. Please log in again.' : 'Please log in first.',
  );
}
