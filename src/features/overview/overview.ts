import type { Records } from '../../ports/records/records.ts';
import type { MediaFeature } from '../media/index.ts';
import { measuresName } from './measure-storage.ts';
import { type StoredPart, storageMeasures } from './tables.ts';

/** What the process that answers knows of itself and its engines. */
export interface Observed {
  version: string;
  profile: string;
  roles: readonly string[];
  /** What is missing before it can serve, by name; empty where it can. */
  missing(): Promise<Record<string, string>>;
  /** Engines of their own, as they answered the last time they were asked. */
  engines(): { name: string; isUp: boolean; seconds: number }[];
  /** Groups of the log that this process takes part in. */
  queues(): { name: string; waiting: number; failures: number }[];
  /** Undefined where an engine keeps records elsewhere. */
  databaseBytes(): number | undefined;
  /** Of the disk that holds the data folder; undefined where nothing that lasts lies there. */
  disk(): Promise<{ freeBytes: number; totalBytes: number } | undefined>;
}

export interface OverviewDeps {
  records: Pick<Records, 'get'>;
  media: Pick<MediaFeature, 'listFailed' | 'waitingJobs'>;
  observed: Observed;
}

/** How the installation is, for its operator. */
export interface Overview {
  read(): Promise<{
    version: string;
    profile: string;
    roles: readonly string[];
    isReady: boolean;
    missing: { name: string; problem: string }[];
    engines: ReturnType<Observed['engines']>;
    queues: ReturnType<Observed['queues']>;
    media: { waiting: number; failed: number };
    storage: {
      databaseBytes: number | null;
      disk: { freeBytes: number; totalBytes: number } | null;
      parts: ({ name: string } & StoredPart)[];
      measuredAtMs: number | null;
    };
  }>;
}

export function createOverview({ records, media, observed }: OverviewDeps): Overview {
  return {
    async read() {
      const { version, profile, roles } = observed;
      const [missing, disk, measures, waiting, failed] = await Promise.all([
        observed.missing(),
        observed.disk(),
        records.get(storageMeasures, [measuresName]),
        media.waitingJobs(),
        media.listFailed(),
      ]);
      return {
        ...{ version, profile, roles },
        isReady: Object.keys(missing).length === 0,
        missing: Object.entries(missing).map(([name, problem]) => ({ name, problem })),
        engines: observed.engines(),
        queues: observed.queues(),
        media: { waiting, failed: failed.length },
        storage: {
          databaseBytes: observed.databaseBytes() ?? null,
          disk: disk ?? null,
          parts: Object.entries(measures?.value.parts ?? {}).map(([name, part]) => ({ name, ...part })),
          measuredAtMs: measures?.value.atMs ?? null,
        },
      };
    },
  };
}
