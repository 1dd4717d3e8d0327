/** What one process serves: which roles run, in which order they start, and how they end. */
import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import packageFile from '../package.json' with { type: 'json' };
import { diskSpace } from './adapters/disk/disk-space.ts';
import { createMediaTools } from './adapters/media-tools/media-tools.ts';
import { ffmpegSearch } from './config/ffmpeg-search.ts';
import { ownWorkFolder } from './features/media/index.ts';
import type { Observed } from './features/overview/index.ts';
import { askAll } from './http/operations.ts';
import type { App } from './http/route.ts';
import { createServer } from './http/server.ts';
import { type Kith, publicUrlOf } from './main.ts';
import { commandDeps } from './operations.ts';
import type { Subscription } from './ports/log/log.ts';
import { watchEngines } from './ports/measuring/watch-engines.ts';
import { createApi } from './roles/api.ts';
import { commands } from './roles/control/commands.ts';
import { type ControlServer, startControlServer } from './roles/control/control-server.ts';
import { createJanitorRole } from './roles/janitor.ts';
import { whileHeld } from './roles/lease.ts';
import { createProcessMetrics } from './roles/process-metrics.ts';
import { type Service, startServices } from './roles/service.ts';

export const version: string = packageFile.version;

export interface Serving {
  /** Where it listens: for everybody with the role `api`, otherwise for health, readiness and metrics only. */
  url: string;
  /** Takes no more requests, finishes those under way, stops every role and closes the store. */
  stop(): Promise<void>;
}

export interface ServeOptions {
  /** The built web app. Undefined: none is served. */
  webFolder?: string | undefined;
}

/** Resolves when everything that the settings ask for is running. */
export async function serve(kith: Kith, { webFolder }: ServeOptions = {}): Promise<Serving> {
  const { settings, features, ports, logger } = kith;
  const report = (error: unknown, doing: string) => logger.error({ err: error }, `failed: ${doing}`);
  const runs = (role: (typeof settings.roles)[number]) => settings.roles.includes(role);
  let url: string | undefined;
  let control: ControlServer | undefined;

  const services: Service[] = [watch(kith), caches(kith)];
  // What is shared is delivered by those who have the role; what is this process's own memory, by itself.
  if (runs('feed-generator')) services.push(repairs(kith));
  if (runs('notifier')) services.push(consumer('notifier', () => features.notifications.consume(ports.log)));
  if (runs('notifier')) services.push(consumer('push', () => features.push.consume(ports.log)));
  if (runs('search-indexer')) {
    services.push(consumer('search indexer', () => features.search.consume()));
    services.push(consumer('file search', () => features.fileSearch.consume(ports.log)));
  }
  if (runs('media')) {
    services.push(mediaWork(kith, report));
    services.push(consumer('media publisher', () => features.posts.followMedia()));
    services.push(consumer('previews', () => features.previews.consume(ports.log)));
  }
  if (runs('janitor')) {
    const janitor: Service = { name: 'janitor', ...createJanitorRole(ports, features, report) };
    const lease = {
      records: ports.records,
      clock: ports.clock,
      name: 'janitor',
      holder: randomUUID(),
      report,
    };
    services.push(ports.isShared ? whileHeld(janitor, lease) : janitor);
  }
  if (runs('api')) {
    services.push({
      name: 'live streams',
      start: () => features.live.start(),
      stop: () => features.live.drain(),
    });
  }
  const app = await createHttp(kith, webFolder, () => url !== undefined);
  services.push({
    name: 'http',
    async start() {
      await app.listen({ host: settings.host, port: settings.port });
      const { port } = app.server.address() as AddressInfo;
      url = publicUrlOf({ ...settings, port });
    },
    stop: () => app.close(),
  });
  // The command line reaches shared engines by itself; only a folder is one process's own.
  if (!ports.isShared) {
    services.push({
      name: 'control',
      async start() {
        const deps = commandDeps(kith);
        control = await startControlServer(settings.data, (name) => {
          const command = commands[name];
          return command && ((args, progress) => command(deps, args, progress));
        });
      },
      stop: async () => control?.close(),
    });
  }

  const stopServices = await startServices(services, report);
  return {
    url: url!,
    async stop() {
      await stopServices();
      await kith.close();
    },
  };
}

/** The whole interface where this process is asked for it; elsewhere only what operators and balancers ask. */
function createHttp(kith: Kith, webFolder: string | undefined, isUp: () => boolean): Promise<App> {
  const { settings, engines, features, ports } = kith;
  const options = {
    publicUrl: settings.url,
    trustedProxies: settings.trustedProxies,
    rateLimits: settings.rateLimits === 'on' ? kith.rateLimits : undefined,
    tracing: kith.tracing,
    metrics: createProcessMetrics({
      meters: kith.meters,
      features,
      gauges: engines.gauges,
      build: { version, profile: settings.profile, roles: settings.roles.join(',') },
    }),
    metricsToken: settings.metricsToken,
    readyChecks: { startup: () => (isUp() ? undefined : 'is not finished'), ...engines.readyChecks },
    version,
  };
  if (settings.roles.includes('api')) {
    const { mediaUrl, s3, s3PublicUrl } = settings;
    const elsewhere = [mediaUrl, s3PublicUrl ?? s3].filter((each) => each !== undefined);
    return createApi(kith, {
      ...options,
      mediaUrl,
      blobsKey: kith.storage.blobsKey,
      observed: observe(kith, options.readyChecks),
      web:
        webFolder === undefined
          ? undefined
          : { folder: webFolder, mediaOrigins: elsewhere.map((each) => new URL(each).origin) },
    });
  }
  return createServer({
    ...options,
    authenticators: features.accounts.authenticator,
    claimSecret: Buffer.from(kith.secret),
    log: kith.logger,
    clock: ports.clock,
  });
}

/** What the operator's overview tells of this process. */
function observe({ settings, meters, engines }: Kith, checks: Parameters<typeof askAll>[0]): Observed {
  const database = engines.gauges.find(({ name }) => name === 'kith_database_bytes');
  return {
    version,
    profile: settings.profile,
    roles: settings.roles,
    missing: () => askAll(checks),
    engines: () => [...meters.engines].map(([name, engine]) => ({ name, ...engine })),
    queues: () =>
      [...meters.lags]
        .filter(([, lags]) => lags.size > 0)
        .map(([name, lags]) => ({
          name,
          waiting: Math.max(...[...lags].map((lag) => lag())),
          failures: meters.batchFailures.get(name).count,
        })),
    databaseBytes: () => {
      const bytes = database?.read();
      return typeof bytes === 'number' ? bytes : undefined;
    },
    disk: async () => (settings.profile === 'embedded' ? diskSpace(settings.data) : undefined),
  };
}

/** Engines that are servers of their own are asked now and then, so that their absence is seen where nobody asks. */
function watch({ engines, meters, ports }: Kith): Service {
  let watching: { stop: () => void } | undefined;
  return {
    name: 'engine watch',
    start: async () => {
      watching = watchEngines(engines.health, meters, ports.clock);
    },
    stop: async () => watching?.stop(),
  };
}

/** What every process keeps true in its own memory. */
function caches({ settings, ports, features }: Kith): Service {
  const { accounts, graph, posts, reactions, feed } = features;
  return {
    name: 'caches',
    async start() {
      await accounts.start();
      await graph.start();
      await posts.start();
      await reactions.start();
      await feed.start({ delivers: !ports.isShared || settings.roles.includes('feed-generator') });
    },
    async stop() {
      await feed.close();
      await reactions.stop();
      await posts.stop();
      await graph.stop();
      await accounts.stop();
    },
  };
}

/** Photos and videos made ready to show, in processes of their own. */
function mediaWork(
  { settings, ports, features }: Kith,
  report: (error: unknown, doing: string) => void,
): Service {
  const workFolder = ownWorkFolder(join(settings.data, 'media-work'));
  const ffmpeg = ffmpegSearch(settings);
  const tools = createMediaTools({ tempRoot: workFolder, ...(ffmpeg && { ffmpeg }) });
  const others = [features.previews.task({ tools, workFolder })];
  const worker = features.media.worker({ tools, workFolder, log: ports.log, report, others });
  return {
    name: 'media',
    start: () => worker.start(),
    async stop() {
      await worker.stop();
      await tools.close();
    },
  };
}

/** Mirrors of follows that a crash left behind. */
const repairs = ({ features: { graph } }: Kith): Service => ({
  name: 'repairs',
  start: () => graph.startRepair(),
  stop: async () => {},
});

function consumer(name: string, subscribe: () => Promise<Pick<Subscription, 'close'>>): Service {
  let subscription: Pick<Subscription, 'close'> | undefined;
  return {
    name,
    async start() {
      subscription = await subscribe();
    },
    stop: async () => subscription?.close(),
  };
}
