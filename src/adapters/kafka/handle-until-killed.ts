/** A process whose handler never comes to an end: it says that it has begun, and waits to be killed. */
import { openTestLog } from './testing.ts';

const [name, brokers] = process.argv.slice(2);
const log = openTestLog({ name: name!, brokers: brokers!.split(',') });
await log.subscribe({
  group: 'g',
  start: 'stored',
  handle: (entries) => {
    process.send!(entries.length);
    return new Promise(() => {});
  },
});
