import { createHash } from 'node:crypto';
import type { Budget, RateLimits, Verdict } from '../../ports/rate-limits/rate-limits.ts';
import type { RedisConnection } from './connection.ts';
import { callScript, defineScript } from './script.ts';

/** Counting stops one past the budget. Answers what was taken and how long the window still lasts. */
const take = defineScript(
  'take',
  `local taken = tonumber(redis.call('GET', KEYS[1]) or '0')
local left = taken > 0 and redis.call('PTTL', KEYS[1]) or -1
if left < 0 then
  redis.call('SET', KEYS[1], 1, 'PX', ARGV[2])
  return {1, tonumber(ARGV[2])}
end
if taken <= tonumber(ARGV[1]) then taken = redis.call('INCR', KEYS[1]) end
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

/** Counts that all processes share. They outlive a restart of the server if its data does; nothing depends on it. */
export function redisRateLimits(connection: RedisConnection): RateLimits {
  const nameOf = ({ name }: Budget, key: string) => {
    const short = key.length <= keyLengthMax ? key : createHash('sha256').update(key).digest('base64url');
    return `${connection.keyPrefix}:r:${name}:${short}`;
  };
  const ask = async (script: typeof take, budget: Budget, key: string): Promise<Verdict> => {
    const { takesMax, windowMs } = budget;
    try {
      const [reply] = await connection.trip([
        callScript(script, [nameOf(budget, key)], [takesMax, windowMs]),
      ]);
      const [taken, resetMs] = reply as [number, number];
      return { allowed: taken <= takesMax, remaining: Math.max(0, takesMax - taken), resetMs };
    } catch {
      return { allowed: true, remaining: takesMax, resetMs: windowMs };
    }
  };
  return {
    take: (budget, key) => ask(take, budget, key),
    peek: (budget, key) => ask(peek, budget, key),
    async reset(budget, key) {
      await connection.trip([['del', nameOf(budget, key)]]).catch(() => undefined);
    },
  };
}
