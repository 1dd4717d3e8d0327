/** Ports that note what passes through them. What is asked many times for one request is left alone. */
import type { Cache } from '../cache/cache.ts';
import type { Clock } from '../clock/clock.ts';
import type { EventLog } from '../log/log.ts';
import type { RateLimits, Verdict } from '../rate-limits/rate-limits.ts';
import type { Records } from '../records/records.ts';
import type { SearchIndex } from '../search/search.ts';
import type { Meters } from './meters.ts';

export interface Measured {
  records: Records;
  log: EventLog;
  cache: Cache;
  search: SearchIndex;
  rateLimits: RateLimits;
}

/** The same ports, measured. */
export const measured = (ports: Measured, meters: Meters, clock: Clock): Measured => ({
  records: measuredRecords(ports.records, meters, clock),
  log: measuredLog(ports.log, meters, clock),
  cache: measuredCache(ports.cache, meters),
  search: measuredSearch(ports.search, meters, clock),
  rateLimits: measuredLimits(ports.rateLimits, meters),
});

function measuredRecords(records: Records, { commits }: Meters, clock: Clock): Records {
  const { get, getMany, list, listMany, scan } = bound(records, [
    'get',
    'getMany',
    'list',
    'listMany',
    'scan',
  ]);
  return {
    commitsWhole: records.commitsWhole,
    writesMax: records.writesMax,
    get,
    getMany,
    list,
    listMany,
    scan,
    commit(commit) {
      const startedMs = clock.monotonicMs();
      const done = records.commit(commit);
      const note = (outcome: string) => commits.get(outcome).observe(clock.monotonicMs() - startedMs);
      done.then(
        ({ ok }) => note(ok ? 'ok' : 'conflict'),
        () => note('failed'),
      );
      return done;
    },
  };
}

/** Each stream of live updates has a group of its own; they are one in what is told. */
const groupName = (group: string): string => group.replace(/-[0-9a-f]{8}-[0-9a-f-]{27}$/, '');

function measuredLog(log: EventLog, meters: Meters, clock: Clock): EventLog {
  const { head, read, trim } = bound(log, ['head', 'read', 'trim']);
  return {
    head,
    read,
    trim,
    overlap: log.overlap,
    async subscribe(options) {
      const group = groupName(options.group);
      const handle: typeof options.handle = async (entries) => {
        const startedMs = clock.monotonicMs();
        try {
          await options.handle(entries);
        } catch (error) {
          meters.batchFailures.get(group).count++;
          throw error;
        } finally {
          meters.batches.get(group).observe(clock.monotonicMs() - startedMs);
        }
      };
      const subscription = await log.subscribe({ ...options, handle });
      const lag = () => subscription.lag();
      const lags = meters.lags.get(group) ?? new Set();
      meters.lags.set(group, lags.add(lag));
      return {
        lag,
        caughtUp: (position) => subscription.caughtUp(position),
        async close() {
          lags.delete(lag);
          await subscription.close();
        },
      };
    },
  };
}

function measuredCache(cache: Cache, meters: Meters): Cache {
  const { fill, invalidate, clear } = bound(cache, ['fill', 'invalidate', 'clear']);
  return {
    fill,
    invalidate,
    clear,
    getMany(keys) {
      const answer = cache.getMany(keys);
      answer.then(
        ({ values }) => {
          for (const value of values) {
            if (value === undefined) meters.cacheMisses++;
            else meters.cacheHits++;
          }
        },
        () => {},
      );
      return answer;
    },
  };
}

function measuredSearch(
  search: SearchIndex,
  { searches, searchFailures }: Meters,
  clock: Clock,
): SearchIndex {
  const { apply, state, rebuild, clear, close } = bound(search, [
    'apply',
    'state',
    'rebuild',
    'clear',
    'close',
  ]);
  const timed =
    <Query, Answer>(what: string, ask: (query: Query) => Promise<Answer>) =>
    async (query: Query): Promise<Answer> => {
      const startedMs = clock.monotonicMs();
      try {
        return await ask(query);
      } catch (error) {
        searchFailures.get(what).count++;
        throw error;
      } finally {
        searches.get(what).observe(clock.monotonicMs() - startedMs);
      }
    };
  return {
    apply,
    state,
    rebuild,
    clear,
    close,
    posts: timed('posts', (query) => search.posts(query)),
    users: timed('users', (query) => search.users(query)),
    hashtags: timed('hashtags', (query) => search.hashtags(query)),
    trends: timed('trends', (query) => search.trends(query)),
  };
}

function measuredLimits(limits: RateLimits, { limited }: Meters): RateLimits {
  const { peek, reset } = bound(limits, ['peek', 'reset']);
  return {
    peek,
    reset,
    take(budget, key) {
      const note = (verdict: Verdict): Verdict => {
        if (!verdict.allowed) limited.get(budget.name).count++;
        return verdict;
      };
      // Stays at once where the engine is.
      const verdict = limits.take(budget, key);
      return verdict instanceof Promise ? verdict.then(note) : note(verdict);
    },
  };
}

/** Its own functions, which need no `this`. */
function bound<Port extends object, Name extends keyof Port>(
  port: Port,
  names: readonly Name[],
): Pick<Port, Name> {
  const functions = names.map((name) => [name, (port[name] as CallableFunction).bind(port)]);
  return Object.fromEntries(functions) as Pick<Port, Name>;
}
