import type { FastifyBaseLogger, FastifyRequest } from 'fastify';
import { registerAccountRoutes } from '../features/accounts/http.ts';
import { commentRoutes } from '../features/comments/http.ts';
import { compatRoutes } from '../features/compat/http.ts';
import { engagementRoutes } from '../features/engagement/http.ts';
import { feedRoutes } from '../features/feed/http.ts';
import { fileMediaRoutes } from '../features/file-media/http.ts';
import { fileSearchRoutes } from '../features/file-search/http.ts';
import { fileRoutes } from '../features/files/http.ts';
import { registerGraphRoutes } from '../features/graph/http.ts';
import { createHomePage } from '../features/home-page/index.ts';
import { linkPageRoutes } from '../features/link-pages/http.ts';
import { liveRoutes } from '../features/live/http.ts';
import { mediaRoutes } from '../features/media/http.ts';
import { deliveryRoutes } from '../features/media/http-delivery.ts';
import { createPresenter } from '../features/media/index.ts';
import { moderationRoutes } from '../features/moderation/http.ts';
import { notificationRoutes } from '../features/notifications/http.ts';
import { overviewRoutes } from '../features/overview/http.ts';
import { createOverview, type Observed } from '../features/overview/index.ts';
import { ownDataRoutes } from '../features/own-data/http.ts';
import { createOwnData } from '../features/own-data/index.ts';
import { postRoutes } from '../features/posts/http.ts';
import { previewRoutes } from '../features/previews/http.ts';
import { publicPageRoutes } from '../features/public-pages/http.ts';
import { createPublicPages, pageLanguages } from '../features/public-pages/index.ts';
import { pushRoutes } from '../features/push/http.ts';
import { reactionRoutes } from '../features/reactions/http.ts';
import { searchRoutes } from '../features/search/http.ts';
import { transferRoutes } from '../features/transfers/http.ts';
import { sendFile } from '../features/transfers/http-content.ts';
import { webdavRoutes } from '../features/webdav/http.ts';
import { languageFor } from '../http/languages.ts';
import type { Metrics } from '../http/metrics.ts';
import type { ReadyCheck } from '../http/operations.ts';
import { type App, caller } from '../http/route.ts';
import { createServer } from '../http/server.ts';
import { registerWebApp, type WebAppOptions } from '../http/web-app.ts';
import type { RateLimits } from '../ports/rate-limits/rate-limits.ts';
import type { Features, Ports } from './features.ts';

export interface ApiOptions {
  publicUrl: string | undefined;
  /** Where browsers fetch media, if not here. */
  mediaUrl: string | undefined;
  /** Checks uploads that this server takes itself. */
  blobsKey: Uint8Array | undefined;
  trustedProxies: readonly string[];
  /** Undefined: nothing is limited. */
  rateLimits: RateLimits | undefined;
  metrics: Metrics;
  metricsToken: string | undefined;
  readyChecks: Readonly<Record<string, ReadyCheck>>;
  version: string;
  /** What the overview tells of this process. */
  observed: Observed;
  /** Undefined: no web app is served. */
  web?: WebAppOptions | undefined;
}

export interface ApiDeps {
  ports: Pick<Ports, 'records' | 'pubsub' | 'clock' | 'ids' | 'blobs'>;
  features: Features;
  secret: string;
  logger: FastifyBaseLogger;
}

/** The HTTP interface, with every feature's routes; not listening yet. */
export async function createApi(
  { ports, features, secret, logger }: ApiDeps,
  options: ApiOptions,
): Promise<App> {
  const {
    accounts,
    profiles,
    graph,
    files,
    transfers,
    media,
    mediaAddresses,
    posts,
    feed,
    reactions,
    comments,
    engagement,
    moderation,
    notifications,
    push,
    live,
    search,
  } = features;
  const authenticators = accounts.authenticator;
  const app = await createServer({
    ...options,
    authenticators,
    claimSecret: Buffer.from(secret),
    log: logger,
    clock: ports.clock,
  });
  registerAccountRoutes(app, {
    accounts,
    profiles,
    publicUrl: options.publicUrl ?? '',
    onProfileVisit: engagement.noteProfileVisit,
  });
  registerGraphRoutes(app, { graph, profiles });
  mediaRoutes(app, {
    media,
    addresses: mediaAddresses,
    clock: ports.clock,
    publicUrl: options.publicUrl,
    mediaUrl: options.mediaUrl,
    blobsKey: options.blobsKey,
  });
  deliveryRoutes(app, { delivery: media.delivery, blobs: ports.blobs });
  fileRoutes(app, {
    files,
    publicUrl: options.publicUrl,
    personOf: async (reference) => (await accounts.directory.resolve(reference))?.id,
  });
  transferRoutes(app, { transfers });
  fileMediaRoutes(app, {
    fileMedia: features.fileMedia,
    present: createPresenter({ media, addresses: mediaAddresses }),
    publicUrl: options.publicUrl,
    mediaUrl: options.mediaUrl,
  });
  fileSearchRoutes(app, { fileSearch: features.fileSearch });
  previewRoutes(app, { previews: features.previews, blobs: ports.blobs });
  linkPageRoutes(app, {
    files,
    contents: features.contents,
    previews: features.previews,
    blobs: ports.blobs,
    zip: transfers.zip,
    sendFile: async (request, reply, pass, id) =>
      sendFile(request, reply, transfers, await transfers.find(pass, id)),
  });
  webdavRoutes(app, {
    webdav: features.webdav,
    publicUrl: options.publicUrl,
    sendFile: async (request, reply, who, id) =>
      sendFile(request, reply, transfers, await transfers.find(who, id)),
  });
  postRoutes(app, { posts });
  reactionRoutes(app, { reactions, posts });
  commentRoutes(app, { comments });
  engagementRoutes(app, { engagement });
  moderationRoutes(app, { moderation });
  feedRoutes(app, { feed });
  notificationRoutes(app, { notifications });
  pushRoutes(app, { push });
  searchRoutes(app, { search });
  liveRoutes(app, { live, pubsub: ports.pubsub, authenticators });
  compatRoutes(app, { accounts, profiles, graph, posts, feed, comments, search, ids: ports.ids });
  ownDataRoutes(app, {
    ownData: createOwnData({
      ...features,
      records: ports.records,
      clock: ports.clock,
      blobs: ports.blobs,
      publicUrl: options.publicUrl ?? '',
    }),
  });
  overviewRoutes(app, {
    overview: createOverview({ records: ports.records, media, observed: options.observed }),
  });
  const homePage = createHomePage({ accounts: accounts.directory, profiles, feed });
  const home = async (request: FastifyRequest) => {
    const language = languageFor(request, pageLanguages);
    return { ...(await homePage.read(caller(request), language)), language };
  };
  publicPageRoutes(app, {
    pages: createPublicPages({ accounts: accounts.directory, profiles, posts, comments }),
    publicUrl: options.publicUrl,
    webApp: options.web && registerWebApp(app, { ...options.web, home }),
  });
  return app;
}
