import { randomBytes } from 'node:crypto';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import fastify, { type FastifyBaseLogger, LogController } from 'fastify';
import { type Clock, systemClock } from '../ports/clock/clock.ts';
import { memoryRateLimits } from '../ports/rate-limits/memory-rate-limits.ts';
import type { RateLimits } from '../ports/rate-limits/rate-limits.ts';
import type { Tracing } from '../ports/tracing/tracing.ts';
import type { Authenticators } from './authentication.ts';
import { drainOnClose } from './draining.ts';
import { answerBrokenRequest, answerError, answerNotFound, answerUnroutable } from './errors.ts';
import { guardRoutes } from './guards.ts';
import { createIdempotencyHook } from './idempotency-keys.ts';
import { jsonBytesMax, takeJsonBodies } from './json-body.ts';
import { createLoadGauge, shedLoad } from './load-shedding.ts';
import type { Metrics } from './metrics.ts';
import { describeRoutes } from './openapi.ts';
import { type ReadyCheck, registerOperations } from './operations.ts';
import { registerReference } from './reference.ts';
import { offerRepeatedBytes } from './repeated-bytes.ts';
import { logRequests } from './request-log.ts';
import { measureRequests, unknownRouteMeter } from './request-metrics.ts';
import type { App } from './route.ts';
import { createRoutes } from './routes.ts';
import { securityHeaders, setSecurityHeaders } from './security-headers.ts';
import { traceRequests } from './trace-requests.ts';
import { compileValidator, loadCompiler } from './validation.ts';

const headerBytesMax = 16 * 1024;
const headersTimeoutMs = 15_000;
const keepAliveTimeoutMs = 65_000;
/** A connection on which nothing moves is closed; long transfers and streams (which send heartbeats) are not. */
const idleTimeoutMs = 120_000;
const connectionsMax = 10_000;
const pathPartCharactersMax = 512;

export interface ServerOptions {
  authenticators: Authenticators;
  /** Where people reach this server; decides the origin that cookies are accepted from. */
  publicUrl?: string | undefined;
  /** Addresses and networks of proxies whose `X-Forwarded-*` is believed. */
  trustedProxies?: readonly string[];
  /** Undefined: nothing is limited. */
  rateLimits?: RateLimits | undefined;
  /** Keys the digests of anonymous requests; must stay the same across restarts. */
  claimSecret: Uint8Array;
  /** Default: nothing is logged. */
  log?: FastifyBaseLogger | undefined;
  clock?: Clock;
  /** Counts requests, and is told at `/metrics`. Main adds gauges to it. Undefined: nothing is counted. */
  metrics?: Metrics | undefined;
  /** Opens `/metrics` to other machines. */
  metricsToken?: string | undefined;
  /** Follows requests. Undefined: none. */
  tracing?: Tracing | undefined;
  /** What `/readyz` asks, by name. */
  readyChecks?: Readonly<Record<string, ReadyCheck>>;
  /** Told in the OpenAPI document. */
  version?: string;
}

/** By then a start is over. */
const compilerAfterMs = 200;

/** A server without features: register them on it, then `listen`. */
export async function createServer(options: ServerOptions): Promise<App> {
  const {
    authenticators,
    publicUrl,
    trustedProxies = [],
    rateLimits,
    metrics,
    clock = systemClock,
  } = options;
  const headers = securityHeaders({ isHttps: publicUrl?.startsWith('https:') ?? false });
  const app: App = fastify({
    logger: false,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: requestIds(),
    requestIdHeader: false,
    trustProxy: trustedProxies.length > 0 ? [...trustedProxies] : false,
    bodyLimit: jsonBytesMax,
    requestTimeout: 0,
    connectionTimeout: idleTimeoutMs,
    keepAliveTimeout: keepAliveTimeoutMs,
    http: { maxHeaderSize: headerBytesMax, headersTimeout: headersTimeoutMs },
    routerOptions: { maxParamLength: pathPartCharactersMax },
    return503OnClosing: false,
    frameworkErrors: answerUnroutable(headers) as never,
    clientErrorHandler: answerBrokenRequest(headers),
  }).withTypeProvider<TypeBoxTypeProvider>();
  app.server.maxConnections = connectionsMax;

  const gauge = createLoadGauge(clock);
  const routes = createRoutes();
  app.addHook('onRoute', ({ method, url }) => routes.add(method, url));
  app.setValidatorCompiler(compileValidator as never);
  // Answers are made to their schema by the features, and tests hold them to it: here they are only written out.
  app.setSerializerCompiler(() => JSON.stringify);
  app.setErrorHandler(answerError);
  app.setNotFoundHandler(answerNotFound(routes, metrics && unknownRouteMeter(metrics, clock)));
  takeJsonBodies(app);
  offerRepeatedBytes(app);
  if (options.log) logRequests(app, options.log);
  setSecurityHeaders(app, headers);
  if (options.tracing) traceRequests(app, options.tracing);
  if (metrics) measureRequests(app, metrics, clock);
  const refused = shedLoad(app, gauge);
  guardRoutes(app, {
    authenticators,
    publicOrigin: publicUrl === undefined ? undefined : new URL(publicUrl).origin,
    limits: rateLimits,
    localLimits: rateLimits && memoryRateLimits({ clock }),
    idempotency: createIdempotencyHook(options.claimSecret),
  });
  drainOnClose(app);
  // Whoever asks first need not wait for it either.
  app.addHook('onListen', async () => void setTimeout(loadCompiler, compilerAfterMs).unref());
  await describeRoutes(app, { version: options.version ?? '0', publicUrl });
  registerReference(app);
  registerOperations(app, {
    readyChecks: options.readyChecks ?? {},
    metrics,
    metricsToken: options.metricsToken,
    hasProxies: trustedProxies.length > 0,
  });
  metrics?.gauge('kith_shed_requests_total', 'Requests refused because the process could not keep up.', () =>
    (['search', 'live', 'everything'] as const).map((what) => ({ labels: { what }, value: refused[what] })),
  );
  metrics?.gauge('kith_event_loop_lag_seconds', 'How late timers run.', () => gauge.lagMs() / 1000);
  return app;
}

/** Unique across processes and restarts, and short. */
function requestIds(): () => string {
  const prefix = randomBytes(6).toString('base64url');
  let count = 0;
  return () => `${prefix}-${(count++).toString(36)}`;
}
