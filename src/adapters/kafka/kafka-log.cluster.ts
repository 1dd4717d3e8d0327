import { logContract } from '../../ports/log/log-contract.ts';
import { makeTestStore } from './testing.ts';

const brokers = (process.env['KITH_KAFKA'] ?? '127.0.0.1:19092').split(',');
const promises = { isOnce: false, trims: false };

logContract('Kafka, one partition', makeTestStore(brokers, 1), { ...promises, order: 'all' });
logContract('Kafka, four partitions', makeTestStore(brokers, 4), { ...promises, order: 'key' });
