import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { FairTurns, type Turn } from './fair-turns.ts';
import type { Refusal } from './refusal.ts';

function world({ countMax = 2, waitingMax = 100 } = {}) {
  let nowMs = 0;
  mock.timers.enable({ apis: ['setInterval'] });
  const turns = new FairTurns({
    countMax,
    waitingMax,
    waitMsMax: 30_000,
    stalledMs: 10_000,
    nowMs: () => nowMs,
  });
  const order: string[] = [];
  const lost: string[] = [];
  const take = (key: string) => {
    const taken = Promise.resolve(turns.take(key, (reason) => lost.push(`${key} ${reason.code}`)));
    const named = taken.then((turn) => {
      order.push(key);
      return turn;
    });
    named.catch(() => undefined);
    return named;
  };
  const pass = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += 1000) {
      nowMs += 1000;
      mock.timers.tick(1000);
    }
    await settled();
  };
  return { turns, order, lost, take, pass };
}
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

test('gives so many turns at once, the next to whoever holds the fewest', async (t) => {
  t.after(() => mock.timers.reset());
  const { turns, order, take } = world({ countMax: 3 });
  const first = await Promise.all([take('a'), take('a'), take('a')]);
  for (const key of ['a', 'a', 'b', 'a', 'c', 'b']) void take(key);
  assert.deepEqual([turns.held, turns.waiting], [3, 6]);
  for (const turn of first) turn.give();
  await settled();
  assert.deepEqual(order.slice(3), ['b', 'c', 'a'], 'one for each before anybody has two');
  assert.deepEqual([turns.held, turns.waiting], [3, 3]);
});

test('a turn given twice is given once', async (t) => {
  t.after(() => mock.timers.reset());
  const { turns, take } = world({ countMax: 1 });
  const turn = await take('a');
  turn.give();
  turn.give();
  await take('b');
  void take('c');
  assert.deepEqual([turns.held, turns.waiting], [1, 1]);
});

test('refuses when too many wait, and whoever waited too long, with the time to try again', async (t) => {
  t.after(() => mock.timers.reset());
  const { turns, take, pass, lost } = world({ countMax: 1, waitingMax: 1 });
  const held = await take('a');
  const refused = (work: () => unknown) =>
    assert.rejects(
      async () => work(),
      ({ code, retryAfterSeconds }: Refusal) => code === 'unavailable' && retryAfterSeconds! > 0,
    );
  const waiting = refused(() => take('b'));
  await refused(() => turns.take('c', () => undefined));
  for (let second = 0; second < 31; second++) {
    held.moved();
    await pass(1000);
  }
  await waiting;
  assert.deepEqual(lost, [], 'who gets on keeps the turn');
  assert.equal(turns.waiting, 0);
});

test('whoever stands still loses the turn, but only to those who wait', async (t) => {
  t.after(() => mock.timers.reset());
  const { take, pass, lost } = world({ countMax: 1 });
  const held: Turn = await take('slow');
  await pass(60_000);
  assert.deepEqual(lost, []);
  const next = take('next');
  await pass(2000);
  assert.deepEqual([...new Set(lost)], ['slow unavailable']);
  held.give();
  (await next).give();
});

test('whoever gets on byte by byte does not keep all turns from somebody who has none', async (t) => {
  t.after(() => mock.timers.reset());
  const { turns, take, pass, order } = world({ countMax: 3 });
  const slow = new Set<Turn>();
  for (let i = 0; i < 3; i++) {
    const turn: Turn = await turns.take('slow', () => {
      slow.delete(turn);
      turn.give();
    });
    slow.add(turn);
  }
  const held: Turn[] = [];
  const trickle = async (seconds: number) => {
    for (let second = 0; second < seconds; second++) {
      for (const turn of [...slow, ...held]) turn.moved();
      await pass(1000);
    }
  };
  const next = (key: string) => void take(key).then((turn) => held.push(turn));
  next('other');
  await trickle(8);
  assert.deepEqual([order, slow.size], [[], 3], 'the turns may come to an end by themselves');
  await trickle(4);
  assert.deepEqual([order, slow.size], [['other'], 2]);
  next('third');
  await trickle(12);
  assert.deepEqual([order, slow.size], [['other', 'third'], 1]);
  void take('fourth').catch(() => undefined);
  await trickle(12);
  assert.deepEqual([order, slow.size], [['other', 'third'], 1], 'who holds one and gets on keeps it');
});
