/**
 * What stands before a handler follows from what its route declares. Hooks are put on the routes that need them
 * when they are registered, so that a request pays only for what its route asks.
 */
import type { RouteOptions } from 'fastify';
import type { Principal } from '../lib/principal.ts';
import { forbidden } from '../lib/refusal.ts';
import type { MemoryRateLimits } from '../ports/rate-limits/memory-rate-limits.ts';
import type { RateLimits } from '../ports/rate-limits/rate-limits.ts';
import {
  type Authenticators,
  authenticate,
  authenticateByAppPassword,
  credentialOf,
  unauthenticated,
  wantsAppPassword,
} from './authentication.ts';
import { accountLoginHooks, addressKey, badCredentialBudget, limitHook, tooMany } from './rate-limiting.ts';
import type { App, RouteConfig } from './route.ts';
import { before, type Hook } from './route-hooks.ts';

export interface GuardOptions {
  authenticators: Authenticators;
  publicOrigin: string | undefined;
  /** Undefined: nothing is limited. */
  limits: RateLimits | undefined;
  /** Counts worthless credentials; always of this process, because it is asked before each look-up. */
  localLimits: MemoryRateLimits | undefined;
  idempotency: Hook;
}

/** From here on every route must say who may ask for it, and is guarded accordingly. */
export function guardRoutes(app: App, options: GuardOptions): void {
  app.decorateRequest('principal', null);
  app.decorateRequest('claim', undefined);
  app.addHook('onRoute', (route) => {
    const config: Partial<RouteConfig> = route.config ?? {};
    if (config.auth === undefined) {
      throw new Error(`the route ${String(route.method)} ${route.url} does not declare config.auth`);
    }
    if (config.auth !== 'none') before(route, 'onRequest', authHook(config.auth, options));
    if (options.limits) limitRoute(route, config, options.limits);
    if (config.idempotent) before(route, 'preHandler', options.idempotency);
  });
}

function limitRoute(route: RouteOptions, config: Partial<RouteConfig>, limits: RateLimits): void {
  const limit = config.limit ?? (route.method === 'GET' || route.method === 'HEAD' ? 'read' : 'write');
  if (limit === 'none') return;
  before(route, 'onRequest', limitHook(limits, limit));
  if (limit === 'login' && route.method === 'POST') {
    const hooks = accountLoginHooks(limits);
    before(route, 'preHandler', hooks.preHandler);
    before(route, 'onResponse', hooks.onResponse);
  }
}

function authHook(mode: Exclude<RouteConfig['auth'], 'none'>, options: GuardOptions): Hook {
  const { authenticators, publicOrigin, localLimits } = options;
  const refusal = mode === 'app-password' ? wantsAppPassword : unauthenticated;
  // Until the first worthless credential there is nothing to look up.
  let hasSeenBad = false;
  return (request, reply, done) => {
    if (hasSeenBad && localLimits) {
      const { allowed, resetMs } = localLimits.peek(badCredentialBudget, addressKey(request.ip));
      if (!allowed) return done(tooMany(resetMs));
    }
    const settle = (principal: Principal | undefined) => {
      if (principal) {
        request.principal = principal;
        return done(
          mode === 'admin' && !principal.isAdmin ? forbidden('This is for administrators.') : undefined,
        );
      }
      const credential = credentialOf(request);
      if (credential) {
        hasSeenBad = true;
        localLimits?.take(badCredentialBudget, addressKey(request.ip));
      }
      // A browser goes on sending the cookie of a session that has ended; for everybody else it is an error.
      const isAnonymous =
        credential === undefined ? request.headers.authorization === undefined : credential.kind === 'cookie';
      if (mode === 'optional' && isAnonymous) return done();
      done(refusal(request, reply, authenticators));
    };
    try {
      const answer =
        mode === 'app-password'
          ? authenticateByAppPassword(request, authenticators)
          : authenticate(request, authenticators, publicOrigin);
      if (answer instanceof Promise) answer.then(settle).catch(done);
      else settle(answer);
    } catch (error) {
      done(error as Error);
    }
  };
}
