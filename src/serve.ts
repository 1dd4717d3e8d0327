/** What one process serves: which roles run, in which order they start, and how they end. */
import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import packageFile from '../package.json' with { type: 'json' };
import { createMediaTools } from './adapters/media-tools/media-tools.ts';
import { createMetrics, type Metrics } from './http/metrics.ts';
import type { App } from './http/route.ts';
import { createServer } from './http/server.ts';
import { type Kith, publicUrlOf } from './main.ts';
import { commandDeps } from './operations.ts';
import type { Subscription } from './ports/log/log.ts';
import { createApi } from './roles/api.ts';
import { commands } from './roles/control/commands.ts';
import { type ControlServer, startControlServer } from './roles/control/control-server.ts';
import { createJanitorRole } from './roles/janitor.ts';
import { whileHeld } from './roles/lease.ts';
import { type Service, startServices } from './roles/service.ts';

export const version: string = packageFile.version;

export interface Serving {
  /** Where it listens: for everybody with the role `api`, otherwise for health, readiness and metrics only. */
  url: string;
  /** Takes no more requests, finishes those under way, stops every role and closes the store. */
  stop(): Promise<void>;
}

/** Resolves when everything that the settings ask for is running. */
export async function serve(kith: Kith): Promise<Serving> {
  const { settings, features, ports, logger } = kith;
  const report = (error: unknown, doing: string) => logger.error({ err: error }, `failed: ${doing}`);
  const runs = (role: (typeof settings.roles)[number]) => settings.roles.includes(role);
  let url: string | undefined;
  let control: ControlServer | undefined;

  const services: Service[] = [caches(kith)];
  const lags = new Map<string, () => number>();
  // What is shared is delivered by those who have the role; what is this process's own memory, by itself.
  if (runs('feed-generator')) services.push(repairs(kith));
  if (runs('notifier'))
    services.push(consumer('notifier', lags, () => features.notifications.consume(ports.log)));
  if (runs('search-indexer'))
    services.push(consumer('search indexer', lags, () => features.search.consume()));
  if (runs('media')) services.push(mediaWork(kith, report));
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
  const app = await createHttp(kith, lags, () => url !== undefined);
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
function createHttp(kith: Kith, lags: ReadonlyMap<string, () => number>, isUp: () => boolean): Promise<App> {
  const { settings, engines, features, ports } = kith;
  const options = {
    publicUrl: settings.url,
    trustedProxies: settings.trustedProxies,
    rateLimits: settings.rateLimits === 'on' ? engines.rateLimits : undefined,
    tracing: kith.tracing,
    metrics: processMetrics(kith, lags),
    metricsToken: settings.metricsToken,
    readyChecks: { startup: () => (isUp() ? undefined : 'is not finished'), ...engines.readyChecks },
    version,
  };
  if (settings.roles.includes('api')) {
    return createApi(kith, { ...options, mediaUrl: settings.mediaUrl, blobsKey: kith.storage.blobsKey });
  }
  return createServer({
    ...options,
    authenticators: features.accounts.authenticator,
    claimSecret: Buffer.from(kith.secret),
    log: kith.logger,
    clock: ports.clock,
  });
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
  const workFolder = join(settings.data, 'media-work');
  const tools = createMediaTools({ tempRoot: workFolder });
  const worker = features.media.worker({ tools, workFolder, log: ports.log, report });
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

function consumer(
  name: string,
  lags: Map<string, () => number>,
  subscribe: () => Promise<Pick<Subscription, 'lag' | 'close'>>,
): Service {
  let subscription: Pick<Subscription, 'lag' | 'close'> | undefined;
  lags.set(name, () => subscription?.lag() ?? 0);
  return {
    name,
    async start() {
      subscription = await subscribe();
    },
    stop: async () => subscription?.close(),
  };
}

/** What is worth watching of the engines in this process, beside the requests. */
function processMetrics({ engines, features }: Kith, lags: ReadonlyMap<string, () => number>): Metrics {
  const metrics = createMetrics();
  const { gauge } = metrics;
  for (const { name, help, read } of engines.gauges) gauge(name, help, read);
  gauge('kith_feed_inboxes', 'Readers with an inbox in memory.', () => features.feed.size().inboxes);
  gauge('kith_feed_heads', 'Authors with a head in memory.', () => features.feed.size().heads);
  gauge('kith_feed_bytes', 'Memory of timelines.', () => features.feed.size().bytes);
  gauge('kith_streams_open', 'Live streams open.', () => features.live.streamsCount);
  for (const [name, lag] of lags) {
    const metric = `kith_${name.replaceAll(' ', '_')}_lag_entries`;
    gauge(metric, `Entries of the log that the ${name} has not handled yet.`, lag);
  }
  return metrics;
}
