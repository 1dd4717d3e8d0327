/**
 * The composition root: settings → adapters → features → roles. The only place that knows which engine stands
 * behind which port.
 */
import type { Logger } from 'pino';
import { webPushSender } from './adapters/web-push/web-push-sender.ts';
import type { Settings } from './config/config.ts';
import { openEmbeddedEngines } from './engines/embedded.ts';
import type { Engines } from './engines/engines.ts';
import { openStorage, type Storage } from './engines/storage.ts';
import { createLogger } from './http/logger.ts';
import { type Clock, systemClock } from './ports/clock/clock.ts';
import { noMailer } from './ports/mail/mail.ts';
import { measured } from './ports/measuring/measured.ts';
import { createMeters, type Meters } from './ports/measuring/meters.ts';
import type { RateLimits } from './ports/rate-limits/rate-limits.ts';
import { tracedLog } from './ports/tracing/traced-log.ts';
import { tracedRecords } from './ports/tracing/traced-records.ts';
import type { Tracing } from './ports/tracing/tracing.ts';
import { createFeatures, type Features, type Ports } from './roles/features.ts';

/** One opened installation: its engines and features. Nothing is served or consumed yet. */
export interface Kith {
  settings: Settings;
  ports: Ports;
  features: Features;
  engines: Engines;
  storage: Storage;
  rateLimits: RateLimits;
  /** What this process notes of its use of the engines. */
  meters: Meters;
  /** Undefined where no collector is set. */
  tracing: Tracing | undefined;
  secret: string;
  logger: Logger;
  /** Finishes writes and gives the data folder back. */
  close(): Promise<void>;
}

export interface OpenOptions {
  clock?: Clock;
  /** Told when the engine can no longer be trusted; must end the process. */
  onFatal?: (error: Error) => void;
}

export async function openKith(settings: Settings, options: OpenOptions = {}): Promise<Kith> {
  const { clock = systemClock } = options;
  const logger = createLogger({ level: settings.logLevel });
  const report = (error: unknown, doing: string) => logger.error({ err: error }, `failed: ${doing}`);
  const openEngines = settings.profile === 'cluster' ? await clusterEngines() : openEmbeddedEngines;
  const engines = await openEngines(settings, {
    clock,
    report,
    onFatal: options.onFatal ?? endProcess(logger),
    onHandlerError: (group, error, attempt) =>
      logger.warn({ err: error, group, attempt }, 'a consumer is trying again'),
  });
  const storage = await orClose(engines, openStorage(settings, { clock, secret: engines.secret }));
  const mailer = settings.smtpUrl
    ? (await import('./adapters/smtp/smtp-mailer.ts')).smtpMailer({
        url: settings.smtpUrl,
        from: settings.mailFrom ?? defaultSender(settings),
      })
    : undefined;
  const pushSender = webPushSender({ secret: engines.secret, subject: contactOf(settings), clock });
  const tracing = await openTracing(settings);
  const meters = createMeters();
  const watched = measured(engines, meters, clock);
  const traced = tracing && {
    records: tracedRecords(watched.records, tracing),
    log: tracedLog(watched.log, tracing),
  };
  const ports: Ports = {
    ...engines,
    ...watched,
    ...traced,
    blobs: storage.blobs,
    packs: storage.packs,
    mailer: mailer ?? noMailer,
    pushSender,
    clock,
  };
  const features = createFeatures(ports, {
    registration: settings.registration,
    publicUrl: publicUrlOf(settings),
    secret: engines.secret,
    mediaQuotaBytes: settings.mediaQuotaBytes,
    mediaBaseUrl: settings.mediaUrl ?? settings.url ?? '',
    report,
  });
  return {
    settings,
    ports,
    features,
    engines,
    storage,
    rateLimits: watched.rateLimits,
    meters,
    tracing,
    secret: engines.secret,
    logger,
    async close() {
      mailer?.close();
      pushSender.close();
      features.search.close();
      await features.contents.close();
      await storage.packs.close();
      await storage.blobs.close();
      await engines.close();
      await tracing?.close();
    },
  };
}

/** Loaded where there is a collector. */
async function openTracing({ otelUrl, otelPercent, roles, profile }: Settings): Promise<Tracing | undefined> {
  if (otelUrl === undefined) return undefined;
  const { otelTracing } = await import('./adapters/otel/otel-tracing.ts');
  const attributes = { 'service.name': 'kith', 'kith.roles': roles.join(','), 'kith.profile': profile };
  return otelTracing({ url: otelUrl, percent: otelPercent, attributes });
}

/** Brings what is stored to this version. Answers what was applied; opening a folder does it by itself. */
export async function migrate(settings: Settings): Promise<string[]> {
  if (settings.profile === 'cluster') {
    const { migrateClusterEngines } = await import('./engines/cluster.ts');
    return migrateClusterEngines(settings, { clock: systemClock });
  }
  await (await openKith(settings)).close();
  return [];
}

/** Loaded where it is asked for: the drivers of four engines would double the start of a process that has none. */
const clusterEngines = async () => (await import('./engines/cluster.ts')).openClusterEngines;

/** What is opened after the engines and fails gives them back. */
async function orClose<Result>(engines: Engines, opening: Promise<Result>): Promise<Result> {
  try {
    return await opening;
  } catch (error) {
    await engines.close();
    throw error;
  }
}

/** What people type to come here, as far as is known. */
export function publicUrlOf({ url, host, port }: Settings): string {
  return url ?? `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** Whom push services may turn to about what this installation sends. */
const contactOf = (settings: Settings): string =>
  settings.mailFrom === undefined && settings.url?.startsWith('https:')
    ? settings.url
    : `mailto:${settings.mailFrom ?? defaultSender(settings)}`;

const defaultSender = (settings: Settings) => `kith@${new URL(publicUrlOf(settings)).hostname}`;

/** What is on the disk is no longer known: nothing more may be acknowledged. */
function endProcess(logger: Logger) {
  return (error: Error) => {
    logger.fatal({ err: error }, 'the database cannot be written to safely: ending');
    process.stderr.write(`Kith ends: ${error.message}\n`);
    process.exit(1);
  };
}
