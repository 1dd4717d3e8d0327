import type { Id } from '../../lib/ids.ts';
import {
  type AuthorSet,
  audiencePageMax,
  type Backfill,
  type HeadFill,
  type MergedPage,
  type Readers,
  type ReadRequest,
  type RunRequest,
  ringMaxDefault,
  type Timelines,
  TimelinesUnavailable,
} from '../../ports/timelines/timelines.ts';
import { type AudienceMembers, audiencePage } from './audiences.ts';
import type { RedisConnection } from './connection.ts';
import { fillHeads, type HeadRun, headRuns, openHeads, pushHeads, readingHeads } from './heads.ts';
import {
  coverInbox,
  deliverToInboxes,
  inboxCoverage,
  joinInbox,
  readingInbox,
  retireInInboxes,
  uncoverInbox,
} from './inboxes.ts';
import { mergeRuns } from './merge-runs.ts';
import { inScope, type Scope } from './scope.ts';

export interface RedisTimelinesOptions {
  /** Keys in one head or inbox. */
  ringMax?: number;
  /** How many hash tags keys are spread over: 1 for a single server. */
  shards?: number;
}

const popularTtlMs = 30 * 86_400_000;

/**
 * Timelines that all processes share. A warm read is one round trip. Whatever is lost of them, key by key or all at
 * once, is noticed before anything false is answered; see the spec beside this file.
 */
export function redisTimelines(connection: RedisConnection, options: RedisTimelinesOptions = {}): Timelines {
  return new RedisTimelines(connection, options);
}

class RedisTimelines implements Timelines {
  readonly #connection: RedisConnection;
  readonly #ringMax: number;
  readonly #shards: number;
  readonly #inboxesSeen = new SeenInboxes();

  constructor(connection: RedisConnection, { ringMax = ringMaxDefault, shards = 1 }: RedisTimelinesOptions) {
    this.#connection = connection;
    this.#ringMax = ringMax;
    this.#shards = shards;
  }

  #in<T>(work: (scope: Scope) => Promise<T>): Promise<T> {
    return inScope(this.#connection, this.#shards, work);
  }

  /** For what may be answered by nothing where there is no server. */
  async #known<T>(work: (scope: Scope) => Promise<T>, nothing: T): Promise<T> {
    try {
      return await this.#in(work);
    } catch (error) {
      if (error instanceof TimelinesUnavailable) return nothing;
      throw error;
    }
  }

  prepare(authors: readonly Id[]): AuthorSet {
    return { ids: authors };
  }

  read(request: ReadRequest): Promise<MergedPage> {
    const { version, pulled } = request;
    const page: MergedPage = { current: true, keys: [], authors: [], floor: 0, inboxFloor: 0, absent: [] };
    if (version === 0 && pulled.ids.length === 0) return Promise.resolve(page);
    const unknown = {
      ...page,
      current: version === 0,
      absent: [...pulled.ids],
      floor: Number.POSITIVE_INFINITY,
    };
    return this.#known((scope) => this.#read(scope, request, page), unknown);
  }

  async #read(scope: Scope, request: ReadRequest, page: MergedPage): Promise<MergedPage> {
    const { readerId, version, pulled, before, limit } = request;
    const asked = { before, limit, ringMax: this.#ringMax };
    const heads = readingHeads(scope, pulled.ids, asked);
    const inbox = version === 0 ? undefined : readingInbox(scope, { readerId, version, ...asked });
    const replies = await scope.trip([...(inbox?.calls ?? []), ...heads.calls]);
    const held = inbox?.take(replies);
    if (inbox && !held) return { ...page, current: false };
    const runs = heads.take(replies.slice(inbox?.calls.length ?? 0));
    for (const [i, run] of runs.entries()) {
      if (!run) page.absent.push(pulled.ids[i]!);
      else if (run.floor > page.floor) page.floor = run.floor;
    }
    if (page.absent.length > 0) return { ...page, floor: Number.POSITIVE_INFINITY };
    // An inbox that was never filled covers nobody, so the plan pulls everybody.
    const filled = held && held.floor !== Number.POSITIVE_INFINITY ? held : undefined;
    page.inboxFloor = filled?.floor ?? 0;
    page.floor = Math.max(page.floor, page.inboxFloor);
    const merged = mergeRuns({
      authors: pulled.ids,
      heads: runs as HeadRun[],
      inbox: filled,
      floor: page.floor,
      limit,
    });
    return { ...page, ...merged };
  }

  async openHeads(authors: readonly Id[]) {
    return authors.length === 0 ? [] : this.#in((scope) => openHeads(scope, authors, this.#ringMax));
  }
  fillHeads(fills: readonly HeadFill[]) {
    return this.#in((scope) => fillHeads(scope, fills, this.#ringMax));
  }
  headRuns(requests: readonly RunRequest[], { limit }: { limit: number }) {
    const nothing = requests.map(() => ({ keys: [], floor: Number.POSITIVE_INFINITY }));
    return this.#known((scope) => headRuns(scope, requests, { limit, ringMax: this.#ringMax }), nothing);
  }
  pushHeads(posts: readonly { authorId: Id; key: number }[]) {
    return this.#in((scope) => pushHeads(scope, posts, this.#ringMax));
  }

  async audience(authorId: Id, { cursor, limit }: { cursor?: string | undefined; limit: number }) {
    if (limit < 1 || limit > audiencePageMax) throw new RangeError(`audience limit ${limit}`);
    const { members, next } = await this.#in((scope) =>
      audiencePage(scope, authorId, { after: cursor ?? '0', limit }),
    );
    return { readers: members, next };
  }
  audienceSize(authorId: Id) {
    const size = async (scope: Scope) => {
      const [count] = await scope.trip([['zcard', scope.audience(authorId)]]);
      return Math.max(0, Number(count) - 1);
    };
    return this.#known(size, 0);
  }
  setPopular(authorId: Id, popular: boolean) {
    return this.#in(async (scope) => {
      const call = [popular ? 'sadd' : 'srem', scope.popular, authorId] as const;
      await scope.trip([call, ['pexpire', scope.popular, popularTtlMs]]);
    });
  }
  async popularAmong(authors: readonly Id[]): Promise<ReadonlySet<Id>> {
    if (authors.length === 0) return new Set();
    const among = async (scope: Scope) => {
      const [found] = await scope.trip([['smismember', scope.popular, ...authors]]);
      return new Set(authors.filter((_, i) => (found as number[])[i] === 1));
    };
    return this.#known(among, new Set<Id>());
  }

  async deliver(readers: Readers, authorId: Id, key: number) {
    const members = readers as AudienceMembers;
    if (members.count === 0) return 0;
    return this.#in(async (scope) =>
      // Whoever has an inbox of a later generation has read the truth since.
      scope.generation === members.generation
        ? deliverToInboxes(scope, { authorId, members, key, ringMax: this.#ringMax })
        : 0,
    );
  }
  async retire(readers: Readers, authorId: Id) {
    const members = readers as AudienceMembers;
    if (members.count === 0) return;
    await this.#in(async (scope) => {
      if (scope.generation === members.generation) await retireInInboxes(scope, { authorId, members });
    });
  }

  join(readerId: Id, authors: readonly Id[]) {
    return this.#in((scope) => joinInbox(scope, readerId, { authors, ringMax: this.#ringMax }));
  }
  async cover(readerId: Id, backfill: Backfill) {
    const isCovered = await this.#in((scope) =>
      coverInbox(scope, readerId, { backfill, ringMax: this.#ringMax }),
    );
    if (isCovered) this.#inboxesSeen.add(this.#connection.generation, readerId);
    return isCovered;
  }
  uncover(readerId: Id, authors: readonly Id[]) {
    return this.#in((scope) => uncoverInbox(scope, readerId, authors));
  }
  async coverage(readerId: Id) {
    const coverage = await this.#known((scope) => inboxCoverage(scope, readerId, this.#ringMax), undefined);
    if (coverage) this.#inboxesSeen.add(this.#connection.generation, readerId);
    else this.#inboxesSeen.remove(readerId);
    return coverage;
  }
  async drop(readerId: Id) {
    this.#inboxesSeen.remove(readerId);
    await this.#in((scope) => scope.trip([['unlink', scope.inbox(readerId)]]));
  }

  async clear() {
    try {
      await this.#connection.endGeneration();
    } catch (error) {
      throw new TimelinesUnavailable('Redis is not there to be cleared', { cause: error });
    }
  }
  version() {
    return undefined;
  }
  /** Of all there are, only the inboxes of this process's own readers are counted. */
  size() {
    return {
      inboxes: this.#inboxesSeen.count(this.#connection.generation),
      heads: 0,
      bytes: 0,
      evictions: 0,
    };
  }
}

const seenMax = 200_000;

/** Which readers had an inbox when this process last looked. */
class SeenInboxes {
  #generation: string | undefined;
  #readers = new Set<Id>();

  add(generation: string | undefined, readerId: Id): void {
    this.count(generation);
    if (this.#readers.size < seenMax) this.#readers.add(readerId);
  }
  remove(readerId: Id): void {
    this.#readers.delete(readerId);
  }
  count(generation: string | undefined): number {
    if (generation !== this.#generation) this.#readers.clear();
    this.#generation = generation;
    return this.#readers.size;
  }
}
