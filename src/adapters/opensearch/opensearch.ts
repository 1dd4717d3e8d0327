import { type Clock, systemClock } from '../../ports/clock/clock.ts';
import {
  changesMax,
  type HashtagHit,
  type IndexState,
  type PostHits,
  type PostQuery,
  type RankedWindow,
  type Rebuild,
  rankedMax,
  type SearchChange,
  SearchError,
  type SearchIndex,
  type Trend,
  type UserPlace,
} from '../../ports/search/search.ts';
import { trendsOf, trendUsesMax } from '../../ports/search/trends.ts';
import { Connection, type Lane, type LaneStats, MissingIndex } from './connection.ts';
import { operationOf } from './documents.ts';
import {
  type HashtagAnswer,
  hashtagHits,
  hashtagRequest,
  type Use,
  type UsesAnswer,
  usesOf,
  usesRequest,
} from './hashtag-query.ts';
import { addAlias, Indexes, type Layout, removeAlias } from './layout.ts';
import {
  type PostAnswer,
  postHits,
  rankedRequest,
  type WindowAnswer,
  windowOf,
  windowRequest,
} from './post-query.ts';
import { abortRebuild, beatEveryMs, beginRebuild, deadAfterMs, readBeat, readPosition } from './rebuild.ts';
import { kinds } from './schema.ts';
import { type UserAnswer, userPlaces, userSearches } from './user-query.ts';
import { WriteQueue } from './write-queue.ts';

export interface OpenSearchOptions {
  /** `http://host:9200`, or several with commas between; names and passwords may stand in them. */
  url: string;
  /** Begins the name of every index: small letters, digits, `-` and `_`. One for each installation. */
  indexPrefix: string;
  clock?: Clock;
  /** Posts ranked at once. */
  rankedMax?: number;
  /** Of the index of posts, when it is made: one for each 20 million posts or so. */
  shards?: number;
  queryTimeoutMs?: number;
  writeTimeoutMs?: number;
}

export interface SearchStats {
  isUp: boolean;
  queriesRunning: number;
  queriesWaiting: number;
  /** Changes not acknowledged yet. */
  changesWaiting: number;
  /** Requests that carried changes, many in each. */
  bulks: number;
  isRebuilding: boolean;
  requests: Readonly<Record<Lane, LaneStats>>;
}

export type OpenSearchIndex = SearchIndex & {
  /** Throws `unavailable` within seconds where the engine does not answer. */
  ping(): Promise<void>;
  stats(): SearchStats;
};

/**
 * The index in OpenSearch, shared by all processes of an installation. Where the engine does not answer now, this
 * opens nevertheless, and calls are refused until it does.
 */
export async function openOpenSearch(options: OpenSearchOptions): Promise<OpenSearchIndex> {
  const search = new OpenSearch(options);
  await search.open();
  return search;
}

const prefixPattern = /^[a-z0-9][a-z0-9_-]{0,60}$/;
const pingTimeoutMs = 2000;

class OpenSearch implements OpenSearchIndex {
  readonly #connection: Connection;
  readonly #indexes: Indexes;
  readonly #writes: WriteQueue;
  readonly #clock: Clock;
  readonly #windowMax: number;
  #layout: Layout | undefined;
  #ensuring: Promise<Layout> | undefined;
  /** The epoch in which this process found an index missing. */
  #brokenEpoch: number | undefined;
  #others = { epoch: 0, beat: -1, sinceMs: 0, lookedAtMs: 0 };
  #removals = new Map<NodeJS.Timeout, string[]>();

  constructor({ clock = systemClock, indexPrefix, shards = 1, ...options }: OpenSearchOptions) {
    if (!prefixPattern.test(indexPrefix)) throw new RangeError(`index prefix ${indexPrefix}`);
    this.#clock = clock;
    this.#windowMax = options.rankedMax ?? rankedMax;
    this.#connection = new Connection({ clock, ...options });
    this.#indexes = new Indexes(this.#connection, { prefix: indexPrefix, shape: { shards } });
    this.#writes = new WriteQueue(this.#connection, this.#indexes, {
      known: () => this.#known(),
      learn: (layout) => this.#learn(layout),
    });
  }

  async open(): Promise<void> {
    await this.#known().catch((error) => {
      if (!(error instanceof SearchError)) throw error;
    });
  }

  async apply(changes: readonly SearchChange[], position?: number): Promise<void> {
    if (changes.length > changesMax) throw new RangeError(`${changes.length} changes`);
    if (changes.length === 0 && position === undefined) return;
    await this.#noting(this.#writes.add(changes.map(operationOf), position));
    await this.#endDeadRebuild().catch(() => {});
  }

  async posts(query: PostQuery): Promise<PostHits> {
    const window = query.window ?? (await this.#window(query));
    const body = rankedRequest(query, window);
    if (!body) return { hits: [], window };
    return { hits: postHits(await this.#search<PostAnswer>('posts', body, 'hits.hits.sort')), window };
  }

  async #window(query: PostQuery): Promise<RankedWindow> {
    const body = windowRequest(query, this.#windowMax);
    const answer = body ? await this.#search<WindowAnswer>('posts', body, 'hits.hits.sort') : {};
    return windowOf(answer, this.#windowMax);
  }

  async users(query: Parameters<SearchIndex['users']>[0]): Promise<UserPlace[]> {
    const searches = userSearches(query);
    const answers: UserAnswer[] = [];
    let found = 0;
    // The earlier classes often fill the page, and the last costs most.
    for (const { body } of searches) {
      if (found >= query.limit) break;
      const answer = await this.#search<UserAnswer>('users', body, 'hits.hits.sort');
      answers.push(answer);
      found += answer.hits?.hits?.length ?? 0;
    }
    return userPlaces(searches, answers, query.limit);
  }

  async hashtags(query: Parameters<SearchIndex['hashtags']>[0]): Promise<HashtagHit[]> {
    const filter = 'aggregations.*.buckets';
    return hashtagHits(await this.#search<HashtagAnswer>('posts', hashtagRequest(query), filter), query);
  }

  async trends({ nowMs, limit }: { nowMs: number; limit: number }): Promise<Trend[]> {
    const uses: Use[] = [];
    for (let after: ReturnType<typeof usesOf>['last']; ; ) {
      const filter = 'hits.hits.sort,hits.hits.fields';
      const page = usesOf(await this.#search<UsesAnswer>('posts', usesRequest(nowMs, after), filter));
      for (const use of page.uses) uses.push(use);
      after = page.last;
      if (after === undefined || uses.length >= trendUsesMax) return trendsOf(uses, { nowMs, limit });
    }
  }

  async state(): Promise<IndexState> {
    const layout = await this.#indexes.read();
    this.#learn(layout);
    const { isBuilt, isRebuilding } = layout;
    if (!layout.isWhole) return { isBuilt: false, position: 0, posts: 0, users: 0, isRebuilding };
    const [position, posts, users] = await this.#noting(
      Promise.all([
        readPosition(this.#connection, layout.current.state!),
        this.#count(layout.current.posts!, 'key'),
        this.#count(layout.current.users!, 'id'),
      ]),
    );
    return { isBuilt, position, posts, users, isRebuilding };
  }

  async rebuild(): Promise<Rebuild> {
    let layout = await this.#indexes.ensure();
    if (layout.isRebuilding) {
      if (!(await this.#isDead(layout))) throw new SearchError('unavailable', 'a rebuild is running');
      await abortRebuild(this.#indexes, layout);
      layout = await this.#indexes.read();
    }
    return beginRebuild({
      connection: this.#connection,
      indexes: this.#indexes,
      layout,
      learn: (now) => this.#learn(now),
      removeLater: (names, afterMs) => this.#removeLater(names, afterMs),
    });
  }

  async clear(): Promise<void> {
    const layout = await this.#indexes.read();
    const broken = this.#brokenEpoch;
    this.#brokenEpoch = undefined;
    // Another process found the same loss, and has cleared what this one means.
    if (broken !== undefined && layout.isWhole && layout.epoch !== broken) return this.#learn(layout);
    if (layout.epoch === 0) return this.#learn(await this.#indexes.ensure());
    await replaceByEmpty(this.#indexes, layout);
    this.#learn(await this.#indexes.read());
  }

  async ping(): Promise<void> {
    await this.#connection.send('control', { method: 'GET', path: '/' }, pingTimeoutMs);
  }

  stats(): SearchStats {
    const { isUp, queriesRunning, queriesWaiting, lanes } = this.#connection;
    const { operationsWaiting: changesWaiting, bulks } = this.#writes;
    const isRebuilding = this.#layout?.isRebuilding ?? false;
    return { isUp, queriesRunning, queriesWaiting, changesWaiting, bulks, isRebuilding, requests: lanes };
  }

  async close(): Promise<void> {
    await this.#writes.idle();
    for (const [timer, names] of this.#removals) {
      clearTimeout(timer);
      await this.#indexes.remove(names);
    }
    this.#removals.clear();
    await this.#connection.close();
  }

  async #search<Answer>(kind: 'posts' | 'users', body: object, filterPath: string): Promise<Answer> {
    const request = {
      method: 'POST',
      path: `/${this.#indexes.readAlias(kind)}/_search`,
      query: { allow_partial_search_results: false, filter_path: `timed_out,${filterPath}` },
      body: { timeout: `${this.#connection.queryBudgetMs}ms`, ...body },
    } as const;
    const ask = () => this.#connection.query<Answer & { timed_out?: boolean }>(request);
    const answer = await this.#noting(
      // An index that was replaced at this moment is gone; the name leads to the new one already.
      ask().catch((error) => {
        if (error instanceof MissingIndex) return ask();
        throw error;
      }),
    );
    if (answer.timed_out) throw new SearchError('overloaded', 'the query takes too long');
    return answer;
  }

  async #count(index: string, field: string): Promise<number> {
    const path = `/${index}/_count`;
    const body = { query: { exists: { field } } };
    const { count } = await this.#connection.send<{ count: number }>('control', {
      method: 'POST',
      path,
      body,
    });
    return count;
  }

  /** What is there when this process looks first is made whole; what is lost later is for `clear` to replace. */
  async #known(): Promise<Layout> {
    if (this.#layout) return this.#layout;
    this.#ensuring ??= this.#indexes.ensure().finally(() => {
      this.#ensuring = undefined;
    });
    const layout = await this.#ensuring;
    this.#learn(layout);
    return layout;
  }

  #learn(layout: Layout): void {
    if (layout.isWhole && layout.epoch >= (this.#layout?.epoch ?? 0)) this.#layout = layout;
  }

  async #noting<Result>(work: Promise<Result>): Promise<Result> {
    try {
      return await work;
    } catch (error) {
      if (error instanceof MissingIndex) this.#brokenEpoch = this.#layout?.epoch;
      throw error;
    }
  }

  /** Removes what a process that died was building: every change would be written twice for it. */
  async #endDeadRebuild(): Promise<void> {
    const layout = this.#layout;
    if (!layout?.isRebuilding || this.#clock.monotonicMs() - this.#others.lookedAtMs < beatEveryMs) return;
    if (!(await this.#isDead(layout))) return;
    await abortRebuild(this.#indexes, layout);
    this.#learn(await this.#indexes.read());
  }

  /** Nothing is known of other clocks: dead is whoever showed no sign for so long while this process looked. */
  async #isDead({ epoch, next }: Layout): Promise<boolean> {
    const beat = (await readBeat(this.#connection, next.state!)) ?? -1;
    const nowMs = this.#clock.monotonicMs();
    const before = this.#others;
    const isSame = before.epoch === epoch && before.beat === beat;
    this.#others = { epoch, beat, sinceMs: isSame ? before.sinceMs : nowMs, lookedAtMs: nowMs };
    return isSame && nowMs - before.sinceMs >= deadAfterMs;
  }

  #removeLater(names: string[], afterMs: number): void {
    const timer = setTimeout(() => {
      this.#removals.delete(timer);
      this.#indexes.remove(names);
    }, afterMs).unref();
    this.#removals.set(timer, names);
  }
}

/** In one step for all who read and write; what was being built is given up. */
async function replaceByEmpty(indexes: Indexes, layout: Layout): Promise<void> {
  const { epoch, current, next, isBuilt, freeGeneration } = layout;
  const names = await indexes.create(freeGeneration);
  const isMine =
    names !== undefined &&
    (await indexes.change(
      kinds.flatMap((kind) => [
        addAlias(names[kind], indexes.readAlias(kind)),
        addAlias(names[kind], indexes.writeAlias(kind, 'w', epoch + 1)),
        ...(current[kind]
          ? [
              removeAlias(current[kind], indexes.readAlias(kind)),
              removeAlias(current[kind], indexes.writeAlias(kind, 'w', epoch)),
              ...(isBuilt && kind !== 'state' ? [removeAlias(current[kind], indexes.builtAlias)] : []),
            ]
          : []),
        ...(next[kind] ? [removeAlias(next[kind], indexes.writeAlias(kind, 'n', epoch))] : []),
      ]),
    ));
  if (!isMine) {
    if (names) await indexes.remove(Object.values(names));
    throw new SearchError('unavailable', 'another process changes the indexes at this moment');
  }
  await indexes.remove([...Object.values(current), ...Object.values(next)]);
}
