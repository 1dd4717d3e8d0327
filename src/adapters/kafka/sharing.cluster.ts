import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import {
  commitNumber,
  forgetTopic,
  freshName,
  numbersOf,
  openTestStore,
  type TestStore,
  until,
} from './testing.ts';

const brokers = (process.env['KITH_KAFKA'] ?? '127.0.0.1:19092').split(',');
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);

describe('processes that share Kafka', () => {
  let name: string;
  const open: TestStore[] = [];
  const openProcess = (): TestStore => {
    const store = openTestStore({ name, brokers, base: open.length * 1_000_000 });
    open.push(store);
    return store;
  };
  beforeEach(async () => {
    name = freshName();
    await openProcess().log.migrate();
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((each) => each.close()));
    await forgetTopic(name, brokers);
  });

  /** Subscribes and notes which numbers came. */
  const gather = async ({ log }: TestStore, start: 'now' | 'stored', group = 'g') => {
    const seen: number[] = [];
    const subscription = await log.subscribe({
      group,
      start,
      handle: async (entries) => void seen.push(...numbersOf(entries)),
    });
    return { seen, subscription };
  };

  test('what two commit, both see from now on, and each once', async () => {
    const [one, other] = [open[0]!, openProcess()];
    const first = await gather(one, 'now');
    const second = await gather(other, 'now');
    await Promise.all(upTo(500).map((n) => commitNumber(n % 2 ? one : other, n)));
    await Promise.all([one.idle(), other.idle()]);
    await Promise.all([first.subscription.caughtUp(), second.subscription.caughtUp()]);
    for (const { seen } of [first, second]) {
      assert.deepEqual(
        seen.toSorted((a, b) => a - b),
        upTo(500),
      );
    }
    assert.equal(first.subscription.lag(), 0);
  });

  test('a process’s own commit is handed to it at once, and once', async () => {
    const store = open[0]!;
    const { seen, subscription } = await gather(store, 'now');
    await commitNumber(store, 7);
    assert.equal(subscription.lag(), 1);
    await until(() => seen.length > 0);
    await store.idle();
    await subscription.caughtUp();
    assert.deepEqual(seen, [7]);
  });

  test('a group’s work is shared, and goes on while processes come and go', async () => {
    const [one, other] = [open[0]!, openProcess()];
    const first = await gather(one, 'stored');
    const second = await gather(other, 'stored');
    const commit = async (from: number, to: number) => {
      for (let n = from; n < to; n += 20) {
        await Promise.all(upTo(20).map((i) => commitNumber(one, n + i)));
        await one.idle();
      }
    };
    await commit(0, 400);
    await first.subscription.caughtUp();
    const third = await gather(openProcess(), 'stored');
    await commit(400, 800);
    await second.subscription.close();
    await commit(800, 1200);
    await Promise.all([first.subscription.caughtUp(), third.subscription.caughtUp()]);
    const all = new Set([...first.seen, ...second.seen, ...third.seen]);
    assert.equal(all.size, 1200);
    assert.ok(third.seen.length > 0, 'the third took part');
  });

  test('a batch under way when its process is killed comes to another', async () => {
    const store = open[0]!;
    for (const n of upTo(100)) await commitNumber(store, n);
    await store.idle();
    const child = fork(join(import.meta.dirname, 'handle-until-killed.ts'), [name, brokers.join(',')]);
    await once(child, 'message');
    child.kill('SIGKILL');
    await once(child, 'exit');
    const { seen, subscription } = await gather(store, 'stored');
    await subscription.caughtUp();
    assert.equal(new Set(seen).size, 100);
  });
});
