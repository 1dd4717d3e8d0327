import { memoryPubSub } from './pubsub.ts';
import { pubsubContract } from './pubsub-contract.ts';

pubsubContract({
  name: 'memory',
  create: async () => {
    const pubsub = memoryPubSub();
    return { pubsub, other: pubsub, settled: async () => undefined };
  },
});
