import type { FastifyRequest } from 'fastify';
import type { Clock } from '../ports/clock/clock.ts';
import type { Metrics } from './metrics.ts';
import type { App } from './route.ts';
import { before } from './route-hooks.ts';

/** Requests that take longer than this are logged: more than any should take. */
const slowMsMin = 2000;

declare module 'fastify' {
  interface FastifyRequest {
    /** By the monotonic clock; 0 where nothing is measured. */
    startedAtMs: number;
    /** To be called when an answer is handed over for sending, where no `onSend` hook is run for it. */
    measure: ((request: FastifyRequest, status: number) => void) | undefined;
  }
}

/**
 * Measures requests by method and route template, from when they were read to when their answer is handed over for
 * sending: a listener for the moment it has left would cost more than the routing.
 */
export function measureRequests(app: App, metrics: Metrics, clock: Clock): void {
  app.decorateRequest('startedAtMs', 0);
  app.decorateRequest('measure', undefined);
  app.addHook('onRequest', (request, _reply, done) => {
    request.startedAtMs = clock.monotonicMs();
    done();
  });
  app.addHook('onRoute', (route) => {
    const method = String(route.method);
    const meter = metrics.meter(method, route.url);
    // Transfers and streams take as long as they take.
    const slowMs = route.config?.limit === 'transfer' || route.config?.isStream ? Infinity : slowMsMin;
    const measure = (request: FastifyRequest, status: number) => {
      const durationMs = clock.monotonicMs() - request.startedAtMs;
      meter.observe(status, durationMs);
      if (durationMs > slowMs) {
        request.log.warn({ method, route: route.url, status, durationMs }, 'a request was slow');
      }
    };
    before(route, 'onRequest', (request, _reply, done) => {
      request.measure = measure;
      done();
    });
    before(route, 'onSend', (request, reply, payload, done) => {
      measure(request, reply.statusCode);
      done(null, payload);
    });
  });
}

/** For paths that are no route: they must not make a series each. */
export function unknownRouteMeter(
  metrics: Metrics,
  clock: Clock,
): (request: FastifyRequest, status: number) => void {
  const meter = metrics.meter('ANY', '(unknown)');
  return (request, status) => meter.observe(status, clock.monotonicMs() - request.startedAtMs);
}
