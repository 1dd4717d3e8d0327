import { logContract } from '../log/log-contract.ts';
import type { MakeStore } from './contract-store.ts';
import { createMemoryStore } from './memory-store.ts';
import { recordsContract } from './records-contract.ts';

const makeStore: MakeStore = async ({ clock }) => ({
  ...createMemoryStore({ nowMs: clock.nowMs }),
  close: async () => {},
});

recordsContract('memory', makeStore);
logContract('memory', makeStore);
