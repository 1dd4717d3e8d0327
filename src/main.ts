/**
 * The composition root: settings → adapters → features → roles. The only place that knows which engine stands
 * behind which port.
 */
import { join } from 'node:path';
import type { Logger } from 'pino';
import { installationSecret } from './adapters/disk/installation-secret.ts';
import { smtpMailer } from './adapters/smtp/smtp-mailer.ts';
import { openSqliteStore, type SqliteStore } from './adapters/sqlite/store.ts';
import { openSqliteSearch } from './adapters/sqlite-search/sqlite-search.ts';
import { ConfigError, type Settings } from './config/config.ts';
import { createLogger } from './http/logger.ts';
import { createIdSource, type IdSource } from './lib/ids.ts';
import { memoryCache } from './ports/cache/memory-cache.ts';
import { type Clock, systemClock } from './ports/clock/clock.ts';
import { noMailer } from './ports/mail/mail.ts';
import { memoryPubSub } from './ports/pubsub/pubsub.ts';
import { createMemoryTimelines } from './ports/timelines/memory-timelines.ts';
import { createFeatures, type Features, type Ports } from './roles/features.ts';
import { tables } from './tables.ts';

/** One opened installation: its engines and features. Nothing is served or consumed yet. */
export interface Kith {
  settings: Settings;
  ports: Ports;
  features: Features;
  store: SqliteStore;
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

const bytesPerCharacter = 2;

export async function openKith(settings: Settings, options: OpenOptions = {}): Promise<Kith> {
  if (settings.profile !== 'embedded') {
    throw new ConfigError(['KITH_PROFILE: this version serves the profile “embedded” only.']);
  }
  const { clock = systemClock } = options;
  const logger = createLogger({ level: settings.logLevel });
  const report = (error: unknown, doing: string) => logger.error({ err: error }, `failed: ${doing}`);
  let ids: IdSource | undefined;
  const store = await openSqliteStore({
    folder: settings.data,
    tables,
    clock,
    highWater: () => ids?.last(),
    onFatal: options.onFatal ?? endProcess(logger),
    onHandlerError: (group, error, attempt) =>
      logger.warn({ err: error, group, attempt }, 'a consumer is trying again'),
  });
  ids = createIdSource({ nowMs: clock.nowMs, after: store.lastId() });
  const secret = installationSecret(settings.data);
  const search = await openSqliteSearch({ directory: join(settings.data, 'search') });
  const mailer = settings.smtpUrl
    ? smtpMailer({ url: settings.smtpUrl, from: settings.mailFrom ?? defaultSender(settings) })
    : undefined;
  const ports: Ports = {
    records: store.records,
    log: store.log,
    timelines: createMemoryTimelines({
      inboxBytesMax: settings.timelineBytesMax / 2,
      headBytesMax: settings.timelineBytesMax / 2,
    }),
    cache: memoryCache({ charactersMax: settings.cacheBytesMax / bytesPerCharacter }),
    search,
    pubsub: memoryPubSub(),
    mailer: mailer ?? noMailer,
    clock,
    ids,
  };
  const features = createFeatures(ports, {
    registration: settings.registration,
    publicUrl: publicUrlOf(settings),
    secret,
    report,
  });
  return {
    settings,
    ports,
    features,
    store,
    secret,
    logger,
    async close() {
      mailer?.close();
      features.search.close();
      await search.close();
      await store.close();
    },
  };
}

/** What people type to come here, as far as is known. */
export function publicUrlOf({ url, host, port }: Settings): string {
  return url ?? `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

const defaultSender = (settings: Settings) => `kith@${new URL(publicUrlOf(settings)).hostname}`;

/** What is on the disk is no longer known: nothing more may be acknowledged. */
function endProcess(logger: Logger) {
  return (error: Error) => {
    logger.fatal({ err: error }, 'the database cannot be written to safely: ending');
    process.stderr.write(`Kith ends: ${error.message}\n`);
    process.exit(1);
  };
}
