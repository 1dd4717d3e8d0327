import type { FastifyRequest } from 'fastify';
import type { OpenSpan, Tracing } from '../ports/tracing/tracing.ts';
import type { App } from './route.ts';
import { before } from './route-hooks.ts';

/**
 * A span for each request, from its first hook to its end. What clients say about traces is not believed: anybody
 * could have everything followed. Streams, which last for hours, have none.
 */
export function traceRequests(app: App, tracing: Tracing): void {
  const spans = new WeakMap<FastifyRequest, OpenSpan>();
  app.addHook('onRoute', (route) => {
    if (route.config?.isStream) return;
    const name = `${String(route.method)} ${route.url}`;
    before(route, 'onRequest', (request, _reply, done) => {
      const span = tracing.begin(name, { attributes: { 'kith.request_id': request.id } });
      spans.set(request, span);
      span.run(done);
    });
    // The body was read by events of the connection, which belong to no request.
    before(route, 'preHandler', (request, _reply, done) => {
      const span = spans.get(request);
      if (span) span.run(done);
      else done();
    });
    before(route, 'onResponse', (request, reply, done) => {
      const status = reply.statusCode;
      const attributes = { 'http.response.status_code': status };
      spans.get(request)?.end({ attributes, ...(status >= 500 && { error: 'server error' }) });
      done();
    });
  });
}
