import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { type ManualClock, manualClock } from '../clock/clock.ts';
import { type ContractStore, contractTables, type MakeStore, marks } from '../records/contract-store.ts';
import { write } from '../records/records.ts';
import { type EventLog, groupKeptMs, type LogEntry, logReadMax } from './log.ts';

export interface LogPromises {
  /** `all`: one order for all entries. `key`: entries come in the order of their key alone. */
  order: 'all' | 'key';
  /** Without a crash every entry comes once. Otherwise some may come again, to the same or to another process. */
  isOnce: boolean;
  /** The log is trimmed by `trim`, entry by entry. Otherwise the engine forgets by itself. */
  trims: boolean;
}

/** Every promise of the EventLog port, to be run on every engine; what an engine does otherwise it says. */
export function logContract(
  name: string,
  makeStore: MakeStore,
  promises: LogPromises = { order: 'all', isOnce: true, trims: true },
): void {
  describe(`log: ${name}`, () => {
    let clock: ManualClock;
    let store: ContractStore;
    beforeEach(async () => {
      clock = manualClock();
      store = await makeStore({ tables: contractTables, clock });
    });
    afterEach(() => store.close());
    const bench: Bench = {
      log: () => store.log,
      clock: () => clock,
      promises,
      came: (numbers) => (promises.isOnce ? [...numbers] : [...new Set(numbers)]),
      async append(kind, key, ...numbers) {
        const hints = numbers.map((n) => ({ kind, key, data: { n } }));
        const then = [write.put(marks, ['m', 'd', `${numbers[0]}`], {})];
        const result = await store.records.commit({ decide: [], then, hints });
        assert.ok(result.ok);
        return result.position;
      },
    };
    entriesContract(bench);
    deliveryContract(bench);
    groupContract(bench);
    if (promises.trims) trimContract(bench);
    else noTrimContract(bench);
  });
}

interface Bench {
  log(): EventLog;
  clock(): ManualClock;
  promises: LogPromises;
  /** What came, without what came again where the engine may repeat. */
  came(numbers: readonly number[]): number[];
  /** One commit with a hint for each number; answers its position. */
  append(kind: string, key: string, ...numbers: number[]): Promise<number>;
}

const numbersOf = (entries: readonly LogEntry[]) => entries.map((entry) => entry.data['n'] as number);
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);

/** Subscribes and gathers what comes. */
async function gather(
  log: EventLog,
  group: string,
  options: Partial<Parameters<EventLog['subscribe']>[0]> = {},
) {
  const seen: LogEntry[] = [];
  const handle = async (entries: readonly LogEntry[]) => void seen.push(...entries);
  const subscription = await log.subscribe({ group, start: 'stored', handle, ...options });
  return { seen, subscription };
}

function entriesContract({ log, clock, append }: Bench): void {
  test('every hint of a commit is an entry, and its position is that of the last', async () => {
    assert.equal(log().head(), 0);
    assert.deepEqual(await log().read(0, 10), []);
    const first = await append('a.made', 'ünï 😀', 1, 2);
    clock().advance(5);
    const second = await append('b.made', 'k', 3);
    assert.equal(log().head(), second);
    const entries = await log().read(0, 10);
    assert.deepEqual(numbersOf(entries), [1, 2, 3]);
    assert.deepEqual(entries[1], {
      position: first,
      atMs: clock().nowMs() - 5,
      kind: 'a.made',
      key: 'ünï 😀',
      data: { n: 2 },
    });
    assert.ok(entries[0]!.position < first && first < second);
    assert.deepEqual(numbersOf(await log().read(first, 10)), [3]);
    assert.deepEqual(await log().read(second, 10), []);
  });

  test('a read gives at most what is asked, and never more than the bound', async () => {
    await Promise.all(upTo(60).map((i) => append('a', 'k', ...upTo(20).map((j) => i * 20 + j))));
    assert.deepEqual(numbersOf(await log().read(0, 3)), [0, 1, 2]);
    assert.equal((await log().read(0, 5000)).length, logReadMax);
  });
}

function deliveryContract({ log, append, promises, came }: Bench): void {
  test('entries come in the order committed, in batches no larger than asked, one at a time', async () => {
    const sizes: number[] = [];
    const seen: number[] = [];
    let busy = 0;
    const handle = async (entries: readonly LogEntry[]) => {
      assert.equal(++busy, 1);
      await new Promise((resolve) => setImmediate(resolve));
      sizes.push(entries.length);
      seen.push(...numbersOf(entries));
      busy--;
    };
    await Promise.all(upTo(100).map((i) => append('a', 'k', i)));
    const subscription = await log().subscribe({ group: 'g', start: 'stored', batchMax: 7, handle });
    await Promise.all(upTo(1500).map((i) => append('a', `k${i % 5}`, 100 + i)));
    await subscription.caughtUp();
    if (promises.order === 'all') assert.deepEqual(came(seen), upTo(1600));
    const before = (n: number) => n < 100;
    assert.deepEqual(came(seen.filter(before)), upTo(100));
    for (const rest of upTo(5)) {
      const ofKey = (n: number) => !before(n) && n % 5 === rest;
      assert.deepEqual(came(seen.filter(ofKey)), upTo(1600).filter(ofKey));
    }
    assert.ok(Math.max(...sizes) <= 7);
    assert.equal(subscription.lag(), 0);
    await subscription.close();
  });

  test('a subscription from now sees nothing older and everything newer', async () => {
    await append('a', 'k', 1);
    const { seen, subscription } = await gather(log(), 'g', { start: 'now' });
    await append('a', 'k', 2);
    await subscription.caughtUp();
    assert.deepEqual(numbersOf(seen), [2]);
    await subscription.close();
    await append('a', 'k', 3);
    const again = await gather(log(), 'g', { start: 'now' });
    await again.subscription.caughtUp();
    assert.deepEqual(again.seen, []);
    await again.subscription.close();
  });

  test('a subscription to some kinds passes over the others', async () => {
    const { seen, subscription } = await gather(log(), 'g', { kinds: ['b', 'c'] });
    for (const [i, kind] of ['a', 'b', 'a', 'c', 'a'].entries()) await append(kind, 'k', i);
    await subscription.caughtUp();
    assert.deepEqual(came(numbersOf(seen)), [1, 3]);
    assert.equal(subscription.lag(), 0);
    await subscription.close();
  });

  test('caughtUp waits for its position and no longer', async () => {
    const gates = upTo(3).map(() => Promise.withResolvers<void>());
    let batch = 0;
    const subscription = await log().subscribe({
      group: 'g',
      start: 'stored',
      batchMax: 1,
      handle: () => gates[batch++]!.promise,
    });
    const positions = [await append('a', 'k', 1), await append('a', 'k', 2), await append('a', 'k', 3)];
    assert.equal(subscription.lag(), 3);
    let done = 0;
    const second = subscription.caughtUp(positions[1]!).then(() => done++);
    gates[0]!.resolve();
    await subscription.caughtUp(positions[0]!);
    assert.equal(done, 0);
    gates[1]!.resolve();
    await second;
    assert.equal(subscription.lag(), 1);
    gates[2]!.resolve();
    await subscription.caughtUp();
    await subscription.close();
    await subscription.caughtUp(positions[2]! + 1000);
  });

  test('a batch whose handler throws comes again, before anything later', async () => {
    const tries: number[][] = [];
    const subscription = await log().subscribe({
      group: 'g',
      start: 'stored',
      batchMax: 2,
      handle: async (entries) => {
        tries.push(numbersOf(entries));
        if (tries.length < 4) throw new Error('not yet');
      },
    });
    await append('a', 'k', 1, 2, 3);
    await subscription.caughtUp();
    assert.deepEqual(tries, [[1, 2], [1, 2], [1, 2], [1, 2], [3]]);
    await subscription.close();
  });
}

function groupContract({ log, append, came }: Bench): void {
  test('a group begins at the beginning and goes on where it was', async () => {
    await append('a', 'k', 1, 2);
    const first = await gather(log(), 'g');
    await first.subscription.caughtUp();
    await first.subscription.close();
    await append('a', 'k', 3);
    assert.deepEqual(came(numbersOf(first.seen)), [1, 2]);
    const second = await gather(log(), 'g');
    const other = await gather(log(), 'h');
    await second.subscription.caughtUp();
    await other.subscription.caughtUp();
    assert.deepEqual(came(numbersOf(second.seen)), [3]);
    assert.deepEqual(came(numbersOf(other.seen)), [1, 2, 3]);
    await second.subscription.close();
    await other.subscription.close();
  });

  test('closing ends the batch under way, keeps its position, and hands over nothing more', async () => {
    const entered = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    const seen: number[] = [];
    const subscription = await log().subscribe({
      group: 'g',
      start: 'stored',
      batchMax: 1,
      handle: async (entries) => {
        entered.resolve();
        await gate.promise;
        seen.push(...numbersOf(entries));
      },
    });
    await append('a', 'k', 1, 2);
    await entered.promise;
    const closed = subscription.close();
    gate.resolve();
    await closed;
    await append('a', 'k', 3);
    assert.deepEqual(seen, [1]);
    const next = await gather(log(), 'g');
    await next.subscription.caughtUp();
    assert.deepEqual(came(numbersOf(next.seen)), [2, 3]);
    await next.subscription.close();
  });

  test('closing does not wait for a handler that always throws, and the batch comes to the next', async () => {
    const tried = Promise.withResolvers<void>();
    const handle = async () => {
      tried.resolve();
      throw new Error('never');
    };
    const subscription = await log().subscribe({ group: 'g', start: 'stored', handle });
    await append('a', 'k', 1);
    await tried.promise;
    await subscription.close();
    const next = await gather(log(), 'g');
    await next.subscription.caughtUp();
    assert.deepEqual(came(numbersOf(next.seen)), [1]);
    await next.subscription.close();
  });

  test('a second subscription to a stored group is refused until the first is closed', async () => {
    const first = await gather(log(), 'g');
    await assert.rejects(gather(log(), 'g'), /subscribed to already/);
    await first.subscription.close();
    const second = await gather(log(), 'g');
    const [one, other] = [
      await gather(log(), 'n', { start: 'now' }),
      await gather(log(), 'n', { start: 'now' }),
    ];
    for (const { subscription } of [second, one, other]) await subscription.close();
  });
}

function trimContract({ log, clock, append }: Bench): void {
  test('trimming forgets what is old, oldest first, and never the newest entry', async () => {
    await append('a', 'k', 1, 2, 3);
    clock().advance(1000);
    const lateMs = clock().nowMs();
    const head = await append('a', 'k', 4, 5);
    assert.equal(await log().trim(lateMs, 2), 2);
    assert.deepEqual(numbersOf(await log().read(0, 10)), [3, 4, 5]);
    assert.equal(await log().trim(lateMs, 100), 1);
    assert.equal(await log().trim(lateMs, 100), 0);
    assert.equal(await log().trim(lateMs + 1, 100), 1);
    assert.equal(await log().trim(lateMs + 1, 100), 0);
    assert.deepEqual(numbersOf(await log().read(0, 10)), [5]);
    assert.equal(log().head(), head);
    assert.ok((await append('a', 'k', 6)) > head);
    const { seen, subscription } = await gather(log(), 'late');
    await subscription.caughtUp();
    assert.deepEqual(numbersOf(seen), [5, 6]);
    await subscription.close();
  });

  test('trimming keeps what a stored group has not handled', async () => {
    const gates = upTo(3).map(() => Promise.withResolvers<void>());
    let batch = 0;
    const handle = () => gates[batch++]!.promise;
    const slow = await log().subscribe({ group: 'slow', start: 'stored', batchMax: 1, handle });
    const fast = await gather(log(), 'fast');
    const first = await append('a', 'k', 1);
    await append('a', 'k', 2);
    await append('a', 'k', 3);
    await fast.subscription.caughtUp();
    clock().advance(1000);
    assert.equal(await log().trim(clock().nowMs(), 100), 0);
    gates[0]!.resolve();
    await slow.caughtUp(first);
    assert.equal(await log().trim(clock().nowMs(), 100), 1);
    gates[1]!.resolve();
    gates[2]!.resolve();
    await slow.caughtUp();
    assert.equal(await log().trim(clock().nowMs(), 100), 1);
    assert.deepEqual(numbersOf(await log().read(0, 10)), [3]);
    await slow.close();
    await fast.subscription.close();
  });

  test('a stored group that nobody has held for long is dropped and holds nothing back', async () => {
    const gone = await gather(log(), 'gone');
    const kept = await gather(log(), 'kept');
    await gone.subscription.close();
    await append('a', 'k', 1, 2, 3);
    await kept.subscription.caughtUp();
    const trim = () => log().trim(clock().nowMs(), 100);
    clock().advance(1000);
    assert.equal(await trim(), 0);
    clock().advance(groupKeptMs);
    assert.equal(await trim(), 0, 'kept for exactly so long');
    clock().advance(1);
    assert.equal(await trim(), 2);
    await append('a', 'k', 4);
    await kept.subscription.caughtUp();
    assert.deepEqual(numbersOf(kept.seen), [1, 2, 3, 4]);
    await kept.subscription.close();
    const again = await gather(log(), 'gone');
    await again.subscription.caughtUp();
    assert.deepEqual(numbersOf(again.seen), [3, 4]);
    await again.subscription.close();
  });
}

function noTrimContract({ log, clock, append }: Bench): void {
  test('trimming is the engine’s own affair', async () => {
    await append('a', 'k', 1, 2, 3);
    clock().advance(groupKeptMs + 1);
    assert.equal(await log().trim(clock().nowMs(), 100), 0);
    assert.deepEqual(numbersOf(await log().read(0, 10)), [1, 2, 3]);
  });
}
