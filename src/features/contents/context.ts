import type { IdSource } from '../../lib/ids.ts';
import type { Clock } from '../../ports/clock/clock.ts';
import type { Packs } from '../../ports/packs/packs.ts';
import type { Records } from '../../ports/records/records.ts';
import type { UploadMemory } from './upload-memory.ts';

export interface ContentsDeps {
  records: Records;
  packs: Packs;
  clock: Pick<Clock, 'nowMs'>;
  ids: IdSource;
  /** Hears of damage and of failures that nobody waits for. */
  report: (error: unknown, doing: string) => void;
}

export interface ContentsContext extends ContentsDeps {
  memory: UploadMemory;
  /** To be called when a content waits for being verified. */
  pokeVerifier: () => void;
}
