import { after } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { connections, ownPrefix } from '../../../test/cluster/shared-redis.ts';
import { cacheContract } from '../../ports/cache/cache-contract.ts';
import { pubsubContract } from '../../ports/pubsub/pubsub-contract.ts';
import { rateLimitsContract } from '../../ports/rate-limits/rate-limits-contract.ts';
import { redisCache } from './redis-cache.ts';
import { type RedisPubSub, redisPubSub } from './redis-pubsub.ts';
import { redisRateLimits } from './redis-rate-limits.ts';

const prefix = ownPrefix();
const connect = connections();
let created = 0;
const two = async () => {
  const name = `${prefix}-${++created}`;
  return Promise.all([connect(name), connect(name)]);
};

cacheContract({
  name: 'Redis',
  create: async () => {
    const [cache, other] = (await two()).map((connection) => redisCache(connection));
    return { cache: cache!, other: other! };
  },
});

rateLimitsContract({
  name: 'Redis',
  create: async () => {
    const [limits, other] = (await two()).map(redisRateLimits);
    return { limits: limits!, other: other!, pass: async (ms) => delay(ms + 1) };
  },
});

const subscribers: RedisPubSub[] = [];
after(() => Promise.all(subscribers.map((each) => each.close())));
pubsubContract({
  name: 'Redis',
  create: async () => {
    const [pubsub, other] = (await two()).map(redisPubSub) as [RedisPubSub, RedisPubSub];
    subscribers.push(pubsub, other);
    return {
      pubsub,
      other,
      settled: async () => void (await Promise.all([pubsub.settled(), other.settled()])),
    };
  },
});
