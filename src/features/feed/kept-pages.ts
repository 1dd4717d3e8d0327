import type { Id } from '../../lib/ids.ts';
import type { RecentChanges } from '../../lib/recent-changes.ts';
import { RecentMap } from '../../lib/recent-map.ts';
import type { ViewerGraph } from '../graph/index.ts';
import type { Newest } from './note-read.ts';

/** Of all readers together. */
const bytesMax = 96 * 1024 * 1024;
/** Beside its bytes there may be the same with whole addresses, and as text, for sending (see `sendRepeated`). */
const copies = 3;
/** What a page takes beside them, roughly. */
const overheadBytes = 1_500;
/** Less than the shortest time for which a signed address of a photo is good. */
const keptMsMax = 30 * 60_000;

/** Which page. */
export interface PageRequest {
  viewer: ViewerGraph;
  limit: number;
}

/** What a page was made from; the same again gives the same page. */
export interface PageSource extends PageRequest {
  /** That of the timelines before the keys were read. */
  version: number | undefined;
  /** As the skeleton gave them, newest first. */
  keys: readonly number[];
}

export interface KeptPage {
  bytes: Buffer;
  newest: Newest | undefined;
}

interface Entry extends PageSource, KeptPage {
  /** Posts and authors examined, whether or not they were shown. */
  parts: readonly Id[];
  /** None of the parts had changed by then. */
  untouchedAt: number;
  madeAtMs: number;
}

/**
 * Readers' first pages as they were last sent. A page is good for as long as its reader's graph, its keys and every
 * one of its parts are what they were: that is looked up in the changes since, so nothing is ever served that a page
 * put together now would not say.
 */
export class KeptPages {
  readonly #changes: RecentChanges;
  readonly #nowMs: () => number;
  readonly #pages = new RecentMap<Entry>({
    sizeMax: bytesMax,
    sizeOf: ({ bytes }) => copies * bytes.length + overheadBytes,
  });

  constructor(changes: RecentChanges, nowMs: () => number) {
    this.#changes = changes;
    this.#nowMs = nowMs;
  }

  /** To be taken before the page's parts are read, for `keep`. */
  get position(): number {
    return this.#changes.position;
  }

  /** By the timelines' version alone: where nothing was published since, the keys need not be read. */
  findUnread(request: PageRequest, version: number | undefined): KeptPage | undefined {
    if (version === undefined) return undefined;
    const entry = this.#entry(request);
    return entry?.version === version ? this.#untouched(entry) : undefined;
  }

  find(source: PageSource): KeptPage | undefined {
    const entry = this.#entry(source);
    if (!entry || !sameKeys(entry.keys, source.keys)) return undefined;
    entry.version = source.version;
    return this.#untouched(entry);
  }

  #entry({ viewer, limit }: PageRequest): Entry | undefined {
    const entry = this.#pages.get(viewer.userId);
    return entry?.viewer === viewer && entry.limit === limit ? entry : undefined;
  }

  #untouched(entry: Entry): Entry | undefined {
    // Signatures in it must still be good for a while: see the media feature.
    if (this.#nowMs() - entry.madeAtMs > keptMsMax) return undefined;
    const { position } = this.#changes;
    if (this.#changes.touched(entry.untouchedAt, entry.parts)) return undefined;
    entry.untouchedAt = position;
    return entry;
  }

  keep(source: PageSource, page: KeptPage & { parts: readonly Id[]; readSince: number }): void {
    const { bytes, newest, parts, readSince } = page;
    this.#pages.set(source.viewer.userId, {
      ...source,
      bytes,
      newest,
      parts,
      untouchedAt: readSince,
      madeAtMs: this.#nowMs(),
    });
  }

  clear(): void {
    this.#pages.clear();
  }
}

function sameKeys(a: readonly number[], b: readonly number[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
