import type { FastifyBaseLogger } from 'fastify';
import { registerAccountRoutes } from '../features/accounts/http.ts';
import { feedRoutes } from '../features/feed/http.ts';
import { registerGraphRoutes } from '../features/graph/http.ts';
import { liveRoutes } from '../features/live/http.ts';
import { notificationRoutes } from '../features/notifications/http.ts';
import { postRoutes } from '../features/posts/http.ts';
import type { App } from '../http/route.ts';
import { createServer } from '../http/server.ts';
import type { RateLimits } from '../ports/rate-limits/rate-limits.ts';
import type { Features, Ports } from './features.ts';

export interface ApiOptions {
  publicUrl: string | undefined;
  trustedProxies: readonly string[];
  /** Undefined: nothing is limited. */
  rateLimits: RateLimits | undefined;
}

export interface ApiDeps {
  ports: Pick<Ports, 'pubsub' | 'clock'>;
  features: Features;
  secret: string;
  logger: FastifyBaseLogger;
}

/** The HTTP interface, with every feature's routes; not listening yet. */
export async function createApi(
  { ports, features, secret, logger }: ApiDeps,
  options: ApiOptions,
): Promise<App> {
  const { accounts, profiles, graph, posts, feed, notifications, live } = features;
  const authenticators = accounts.authenticator;
  const app = await createServer({
    ...options,
    authenticators,
    claimSecret: Buffer.from(secret),
    log: logger,
    clock: ports.clock,
  });
  registerAccountRoutes(app, { accounts, profiles, publicUrl: options.publicUrl ?? '' });
  registerGraphRoutes(app, { graph, profiles });
  postRoutes(app, { posts });
  feedRoutes(app, { feed });
  notificationRoutes(app, { notifications });
  liveRoutes(app, { live, pubsub: ports.pubsub, authenticators, accounts: accounts.directory });
  return app;
}
