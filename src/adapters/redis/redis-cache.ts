import type { Cache } from '../../ports/cache/cache.ts';
import type { Call, RedisConnection, Reply } from './connection.ts';
import { nonce } from './nonce.ts';
import { callScript, defineScript } from './script.ts';

export interface RedisCacheOptions {
  /** A longer value is not kept. */
  valueLengthMax?: number;
  ttlMs?: number;
}

const valueLengthMaxDefault = 65_536;
const ttlMsDefault = 86_400_000;
/** What was read longer ago is not offered any more. */
const fillAgeMaxMs = 10_000;
/** Invalidations are remembered for longer than any fill can be under way, by the same clock. */
const invalidationAgeMaxMs = 60_000;
/** Tokens that are remembered; offers with older ones are dropped. */
const tokensMax = 4096;

/*
 * All state hangs on one sorted set: its first member, of score 0, names the era, the others are the keys invalidated
 * lately with the server's time in µs. An era belongs to a generation, and values are named by the era: so whenever
 * the set or the generation is lost, every value and every fill under way is lost with it. Scripts look the era up
 * themselves, so that an invalidation always meets the values that others are given.
 *
 * Time that steps back by more than the 50 s between the two limits, within those 50 s, could bring an old value back;
 * nothing less can.
 */
const prelude = `local generation = redis.call('HGET', KEYS[2], '#')
local era = redis.call('ZRANGE', KEYS[1], 0, 0)[1]
if era and (not generation or string.sub(era, 2, #generation + 2) ~= generation .. '/') then
  redis.call('UNLINK', KEYS[1])
  era = false
end
local function values() return KEYS[1] .. ':' .. string.match(era, '/(.*)') .. ':' end
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
`;

/** ARGV: a name for an era, then the keys. */
const get = defineScript(
  'cache-get',
  `${prelude}if not generation then return false end
if not era then
  era = '#' .. generation .. '/' .. ARGV[1]
  redis.call('ZADD', KEYS[1], 0, era)
end
local names = {}
local base = values()
for i = 2, #ARGV do names[i - 1] = base .. ARGV[i] end
return {era, string.format('%.0f', now), redis.call('MGET', unpack(names))}`,
);

/** ARGV: era, token, age limit, ttl, then keys and values. */
const fill = defineScript(
  'cache-fill',
  `${prelude}if era ~= ARGV[1] then return 0 end
local token = tonumber(ARGV[2])
if now < token or now - token > tonumber(ARGV[3]) then return 0 end
local base = values()
for i = 5, #ARGV, 2 do
  local stamp = redis.call('ZSCORE', KEYS[1], ARGV[i])
  if not stamp or tonumber(stamp) < token then
    redis.call('SET', base .. ARGV[i], ARGV[i + 1], 'PX', ARGV[4])
  end
end
return 1`,
);

/** ARGV: how long invalidations are remembered, then the keys. Without an era there is nothing to forget. */
const invalidate = defineScript(
  'cache-invalidate',
  `${prelude}if not era then return 0 end
local base = values()
local stamp = string.format('%.0f', now)
for i = 2, #ARGV do
  redis.call('UNLINK', base .. ARGV[i])
  redis.call('ZADD', KEYS[1], stamp, ARGV[i])
end
redis.call('ZREMRANGEBYSCORE', KEYS[1], 1, string.format('%.0f', now - tonumber(ARGV[1])))
return 1`,
);

/**
 * One cache for all processes; values are bounded in length and age, all of them together by the server's memory.
 *
 * An `invalidate` is sent before anything that this process sends later. Where it cannot be delivered, nothing cached
 * is believed by anybody until the cache was cleared: this process answers nothing while it is not connected, and
 * clears before its next connection is used.
 */
export function redisCache(connection: RedisConnection, options: RedisCacheOptions = {}): Cache {
  return new SharedCache(connection, options);
}

interface Token {
  number: number;
  era: Reply;
  time: Reply;
}

class SharedCache implements Cache {
  readonly #connection: RedisConnection;
  readonly #keys: readonly string[];
  readonly #valueLengthMax: number;
  readonly #ttlMs: number;
  readonly #tokens = new Array<Token | undefined>(tokensMax);
  #lastToken = 0;
  /** Counts invalidations that may not have reached the server; 0 where none is to be made up for. */
  #missed = 0;

  constructor(connection: RedisConnection, { valueLengthMax, ttlMs }: RedisCacheOptions) {
    this.#connection = connection;
    this.#keys = [`${connection.keyPrefix}:c`, connection.directoryKey];
    this.#valueLengthMax = valueLengthMax ?? valueLengthMaxDefault;
    this.#ttlMs = ttlMs ?? ttlMsDefault;
    connection.prepareWith(() => {
      const made = this.#missed;
      if (made === 0) return undefined;
      const done = () => {
        if (this.#missed === made) this.#missed = 0;
      };
      return { calls: [['unlink', this.#keys[0]!]], done };
    });
  }

  async getMany(keys: readonly string[]) {
    const values = new Array<string | undefined>(keys.length).fill(undefined);
    if (keys.length === 0) return { values, token: 0 };
    try {
      const missed = this.#missed;
      const [reply] = await this.#connection.trip([callScript(get, this.#keys, [nonce(), ...keys])]);
      if (!reply) this.#connection.noteLostGeneration();
      // What was asked before an invalidation that never arrived is not to be believed either.
      if (!reply || this.#missed !== missed) return { values, token: 0 };
      const [era, time, found] = reply as [Reply, Reply, (Buffer | null)[]];
      for (let i = 0; i < keys.length; i++) values[i] = found[i]?.toString();
      const number = ++this.#lastToken;
      this.#tokens[number % tokensMax] = { number, era, time };
      return { values, token: number };
    } catch {
      return { values, token: 0 };
    }
  }

  fill(entries: readonly { key: string; value: string }[], number: number): void {
    const token = this.#tokens[number % tokensMax];
    const kept = entries.filter(({ value }) => value.length <= this.#valueLengthMax);
    if (token?.number !== number || kept.length === 0) return;
    const args = [token.era as Buffer, token.time as Buffer, fillAgeMaxMs * 1000, this.#ttlMs];
    const pairs = kept.flatMap(({ key, value }) => [key, value]);
    this.#connection.trip([callScript(fill, this.#keys, [...args, ...pairs])]).catch(() => undefined);
  }

  invalidate(keys: readonly string[]): void {
    if (keys.length > 0)
      this.#change(callScript(invalidate, this.#keys, [invalidationAgeMaxMs * 1000, ...keys]));
  }

  clear(): void {
    this.#change(['unlink', this.#keys[0]!]);
  }

  #change(call: Call): void {
    this.#connection.trip([call]).catch((error: unknown) => {
      this.#missed++;
      this.#connection.reset(error);
    });
  }
}
