import type { FastifyReply } from 'fastify';
import type { Metrics } from './metrics.ts';
import type { App } from './route.ts';
import { before } from './route-hooks.ts';

/** Requests that take longer than this are logged: more than any should take. */
const slowMsMin = 2000;

/** Measures requests by method and route template. */
export function measureRequests(app: App, metrics: Metrics): void {
  app.addHook('onRoute', (route) => {
    const method = String(route.method);
    const meter = metrics.meter(method, route.url);
    // Transfers and streams take as long as they take.
    const slowMs = route.config?.limit === 'transfer' || route.config?.isStream ? Infinity : slowMsMin;
    before(route, 'onResponse', (request, reply, done) => {
      const durationMs = reply.elapsedTime;
      meter.observe(reply.statusCode, durationMs);
      if (durationMs > slowMs) {
        request.log.warn(
          { method, route: route.url, status: reply.statusCode, durationMs },
          'a request was slow',
        );
      }
      done();
    });
  });
}

/** For paths that are no route: they must not make a series each. */
export function unknownRouteMeter(metrics: Metrics): (reply: FastifyReply) => void {
  const meter = metrics.meter('ANY', '(unknown)');
  return (reply) => meter.observe(reply.statusCode, reply.elapsedTime);
}
