import { writeSync } from 'node:fs';
import { createIdSource } from '../../lib/ids.ts';
import { systemClock } from '../../ports/clock/clock.ts';
import { counts, hint, things } from '../../ports/records/contract-store.ts';
import { write } from '../../ports/records/records.ts';
import { openTestStore } from './testing.ts';

/**
 * Commits without end in a folder, and prints a line for each commit acknowledged (`a n`), for each entry
 * handled (`h n`), and the newest id used by them (`i id`). The tests of crashes end it at some moment.
 */
const [, , folder, round] = process.argv;
const inFlight = 40;

/** Returns once the line has left the process, so that nothing said is lost with it. */
function say(line: string): void {
  let rest = Buffer.from(`${line}\n`);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(1, rest));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
    }
  }
}

let ids = createIdSource({ nowMs: systemClock.nowMs });
const store = await openTestStore(folder!, {
  clock: systemClock,
  highWater: () => ids.last(),
  onFatal: (error) => {
    writeSync(2, `${error.message}\n`);
    process.exit(70);
  },
});
ids = createIdSource({ nowMs: systemClock.nowMs, after: store.lastId() });

await store.log.subscribe({
  group: 'followers',
  start: 'stored',
  batchMax: 20,
  handle: async (entries) => {
    for (const entry of entries) say(`h ${entry.key}`);
  },
});

let last = 0;
const then = [write.add(counts, [round!, 'things'], { n: 1 })];
async function commitForever(): Promise<never> {
  for (;;) {
    const n = `${++last}`;
    const id = ids.next();
    const result = await store.records.commit({
      claims: [write.insert(things, [`claims of ${round}`, n], {})],
      decide: [write.insert(things, [round!, n], { id, text: 'x'.repeat((last * 37) % 3000) })],
      then,
      hints: [hint(`${round}/${n}`), hint(`${round}/${n} again`)],
    });
    if (!result.ok) throw new Error('nothing competes with these commits');
    say(`a ${n}`);
    say(`i ${id}`);
  }
}
await Promise.all(Array.from({ length: inFlight }, commitForever));
