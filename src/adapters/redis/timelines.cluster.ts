import { connections, ownPrefix } from '../../../test/cluster/shared-redis.ts';
import { timelinesContract } from '../../ports/timelines/timelines-contract.ts';
import { redisTimelines } from './redis-timelines.ts';

const prefix = ownPrefix();
const connect = connections();
let created = 0;

for (const shards of [1, 4])
  timelinesContract({
    name: `Redis, shards: ${shards}`,
    create: async ({ ringMax }) =>
      redisTimelines(await connect(`${prefix}-${++created}`), { ringMax, shards }),
  });
