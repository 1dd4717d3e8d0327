import { createHash } from 'node:crypto';
import type { Budget, RateLimits, Verdict } from '../../ports/rate-limits/rate-limits.ts';
import type { RedisConnection } from './connection.ts';
import { LooseCounts } from './loose-counts.ts';
import { callScript, defineScript } from './script.ts';

/** ARGV: budget, window, takes. Counting stops past the budget. Answers what was taken and how long the window lasts. */
const take = defineScript(
  'take',
  `local taken = tonumber(redis.call('GET', KEYS[1]) or '0')
local left = taken > 0 and redis.call('PTTL', KEYS[1]) or -1
if left < 0 then
  redis.call('SET', KEYS[1], ARGV[3], 'PX', ARGV[2])
  return {tonumber(ARGV[3]), tonumber(ARGV[2])}
end
if taken <= tonumber(ARGV[1]) then taken = redis.call('INCRBY', KEYS[1], ARGV[3]) end
return {taken, left}`,
);

const peek = defineScript(
  'peek',
  `local taken = tonumber(redis.call('GET', KEYS[1]) or '0')
local left = taken > 0 and redis.call('PTTL', KEYS[1]) or -1
if left < 0 then return {1, tonumber(ARGV[2])} end
return {taken + 1, left}`,
);

/** Longer keys stand as their digest. */
const keyLengthMax = 64;

/**
 * Counts that all processes share. They outlive a restart of the server if its data does; nothing depends on it. A
 * budget with slack is counted here and told to the others behind the request's back, so that nobody waits for it.
 */
export function redisRateLimits(connection: RedisConnection): RateLimits {
  const nameOf = ({ name }: Budget, key: string) => {
    const short = key.length <= keyLengthMax ? key : createHash('sha256').update(key).digest('base64url');
    return `${connection.keyPrefix}:r:${name}:${short}`;
  };
  const count = async (name: string, { takesMax, windowMs }: Budget, takes: number) => {
    const [reply] = await connection.trip([callScript(take, [name], [takesMax, windowMs, takes])]);
    const [taken, resetMs] = reply as [number, number];
    return { taken, resetMs };
  };
  const loose = new LooseCounts(connection.clock, count);
  const ask = async (asking: Promise<{ taken: number; resetMs: number }>, { takesMax, windowMs }: Budget) => {
    try {
      const { taken, resetMs } = await asking;
      return { allowed: taken <= takesMax, remaining: Math.max(0, takesMax - taken), resetMs };
    } catch {
      return { allowed: true, remaining: takesMax, resetMs: windowMs };
    }
  };
  return {
    take(budget, key): Verdict | Promise<Verdict> {
      const name = nameOf(budget, key);
      return budget.slack === undefined ? ask(count(name, budget, 1), budget) : loose.take(name, budget);
    },
    peek(budget, key): Verdict | Promise<Verdict> {
      const name = nameOf(budget, key);
      if (budget.slack !== undefined) return loose.peek(name, budget);
      const { takesMax, windowMs } = budget;
      const looking = connection.trip([callScript(peek, [name], [takesMax, windowMs])]).then(([reply]) => {
        const [taken, resetMs] = reply as [number, number];
        return { taken, resetMs };
      });
      return ask(looking, budget);
    },
    async reset(budget, key) {
      const name = nameOf(budget, key);
      loose.forget(name);
      await connection.trip([['del', name]]).catch(() => undefined);
    },
  };
}
