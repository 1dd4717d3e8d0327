import { searchContract } from './contract.ts';
import { memorySearch } from './memory-search.ts';

searchContract('memory search', {
  create: async (options) => ({ index: memorySearch(options), dispose: async () => {} }),
});
