import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Fault, type FaultySession, faultySession } from '../../../test/cluster/cassandra-faults.ts';
import { openTestStore, testKeyspace } from '../../../test/cluster/cassandra-keyspace.ts';
import { type Clock, systemClock } from '../../ports/clock/clock.ts';
import { counts, hint, marks, names, things } from '../../ports/records/contract-store.ts';
import { type Commit, type Records, RecordsError, type Write, write } from '../../ports/records/records.ts';
import type { CqlRequest } from './cql.ts';
import type { CassandraStoreOptions } from './store.ts';

const space = await testKeyspace();

const clockAt = (skewMs: number): Clock => ({ ...systemClock, nowMs: () => systemClock.nowMs() + skewMs });

/** In a partition apart from the rest. */
const nameOf = (name: string) => `the name ${name}`;

/** A commit of every part: a claim elsewhere, two decisions, a mirror, a counter, a hint. */
const wholeCommit = (name: string): Commit => ({
  claims: [write.insert(names, [nameOf(name)], { owner: name })],
  decide: [write.insert(things, [name, 'a'], { n: 1 }), write.insert(things, [name, 'b'], { n: 1 })],
  then: [write.put(marks, [name, 'day', 'm'], { n: 1 }), write.add(counts, [name, 'all'], { n: 1 })],
  hints: [hint(name)],
});

/** How much of it is there: it must be all or nothing. */
async function present(records: Records, name: string): Promise<boolean> {
  const found = [
    await records.get(names, [nameOf(name)]),
    await records.get(things, [name, 'a']),
    await records.get(things, [name, 'b']),
    await records.get(marks, [name, 'day', 'm']),
    await records.get(counts, [name, 'all']),
  ];
  const parts = found.map((row) => row !== undefined);
  assert.ok(
    parts.every((part) => part === parts[0]),
    `${name} is there in part: ${parts}`,
  );
  if (found[4]) assert.deepEqual(found[4].value, { n: 1 });
  return parts[0]!;
}

async function isConfirmed(name: string): Promise<boolean> {
  const [row] = await space.cql(
    "SELECT tx, confirmed FROM decided WHERE partition = ? AND family = 'names'",
    [nameOf(name)],
  );
  return row!['tx'] === row!['confirmed'];
}

/** A process of its own whose requests go wrong as told. */
async function faultyStore(
  fault: (request: CqlRequest, index: number) => Fault | undefined | Promise<Fault | undefined>,
  options: Partial<CassandraStoreOptions> = {},
) {
  let faulty!: FaultySession;
  let armed = false;
  let armedAt = 0;
  const published: string[] = [];
  const store = await openTestStore(space, {
    ...options,
    publish: async (entries) => {
      if (faulty.isCrashed()) throw new Error('the process is gone');
      published.push(...entries.map(({ key }) => key));
    },
    wrapSession: (session) => {
      faulty = faultySession(session, (request, index) =>
        armed ? fault(request, index - armedAt) : undefined,
      );
      return faulty;
    },
  });
  const arm = () => {
    armed = true;
    armedAt = faulty.requests.length;
  };
  return { store, published, faulty, arm };
}

/** The requests of a commit without faults; the bucket's name is known by then. */
async function cleanRun(): Promise<string[]> {
  const { store, faulty } = await faultyStore(() => undefined);
  assert.ok((await store.records.commit(wholeCommit('warm'))).ok);
  await store.idle();
  const before = faulty.requests.length;
  assert.ok((await store.records.commit(wholeCommit('clean'))).ok);
  await store.idle();
  await store.close();
  return faulty.requests.slice(before).map(({ kind }) => kind);
}

const steps = await cleanRun();
const faults: Fault[] = ['lost', 'unheard', 'late', 'twice', 'crash-before', 'crash-after'];

test('a commit of every part costs three waves and what nobody waits for', () => {
  assert.deepEqual(steps.toSorted(), ['claim', 'confirm', 'decide', 'mark', 'outbox', 'then', 'then']);
});

for (const fault of faults) {
  test(`a commit is all or nothing whatever step meets “${fault}”, and a sweep brings it to its end`, async () => {
    const sweeper = await openTestStore(space);
    for (let step = 0; step <= steps.length; step++) {
      const name = `${fault}-${step}`;
      const { store, published, faulty, arm } = await faultyStore((_, i) => (i === step ? fault : undefined));
      arm();
      const result = await store.records.commit(wholeCommit(name)).catch((error: Error) => error);
      await store.idle();
      if (!(result instanceof Error)) assert.ok(result.ok, `${name}: ${JSON.stringify(result)}`);
      else if (!faulty.isCrashed()) assert.ok(result instanceof RecordsError, `${name}: ${result.stack}`);
      const isOk = !(result instanceof Error) && !faulty.isCrashed();
      if (isOk) assert.ok(await sweeper.records.get(things, [name, 'a']), `${name} was acknowledged`);
      if (!faulty.isCrashed()) await faulty.deliverLate();
      await sweeper.sweep.once({ graceMs: 0 });
      const there = await present(sweeper.records, name);
      assert.ok(there || !isOk, `${name} was acknowledged and is not there`);
      await sweeper.sweep.once({ graceMs: 0 });
      const told = [...published, ...sweeper.published.map(({ key }) => key)].includes(name);
      assert.equal(told, there, `${name}: its hint`);
      if (there) assert.ok(await isConfirmed(name), `${name}: nobody need ask for its marker`);
      const again = await sweeper.records.commit(wholeCommit(name));
      assert.equal(again.ok, !there, `${name} again`);
      assert.ok(await present(sweeper.records, name));
      await store.close();
    }
    await sweeper.close();
  });
}

test('a commit that arrives once more, late, changes nothing, though its rows were removed meanwhile', async () => {
  const { store, faulty, arm } = await faultyStore(() => 'twice');
  arm();
  const other = await openTestStore(space);
  const { records } = other;
  assert.ok((await store.records.commit(wholeCommit('dup'))).ok);
  await store.idle();
  const removed = await records.commit({
    decide: ['a', 'b'].map((thing) => write.remove(things, ['dup', thing], 1)),
    then: [write.remove(marks, ['dup', 'day', 'm']), write.remove(counts, ['dup', 'all'])],
    hints: [hint('removed')],
  });
  assert.ok(removed.ok);
  const unnamed = await records.commit({
    decide: [write.remove(names, [nameOf('dup')], 1)],
    hints: [hint('removed')],
  });
  assert.ok(unnamed.ok);
  await faulty.deliverLate();
  assert.equal(await present(records, 'dup'), false);
  assert.ok((await records.commit(wholeCommit('dup'))).ok);
  await faulty.deliverLate();
  assert.ok(await present(records, 'dup'));
  await store.close();
  await other.close();
});

test('a commit that was refused stays refused, though its first batch arrives when its condition holds again', async () => {
  const key = ['refused', 'a'];
  const other = await openTestStore(space, { clock: clockAt(-5000) });
  const { records } = other;
  assert.ok((await records.commit({ decide: [write.insert(things, key, {})], hints: [hint()] })).ok);
  let batches = 0;
  const late = await faultyStore(
    async ({ kind }) => {
      if (kind !== 'decide' || batches++ > 0) return undefined;
      assert.ok((await records.commit({ decide: [write.replace(things, key, {}, 1)], hints: [hint()] })).ok);
      return 'late';
    },
    { clock: clockAt(5000) },
  );
  late.arm();
  const mine = { decide: [write.replace(things, key, { mine: true }, 1)], hints: [hint()] };
  assert.equal((await late.store.records.commit(mine)).ok, false);
  assert.ok((await records.commit({ decide: [write.remove(things, key, 2)], hints: [hint()] })).ok);
  assert.ok(
    (await records.commit({ decide: [write.insert(things, key, { other: true })], hints: [hint()] })).ok,
  );
  await late.faulty.deliverLate();
  assert.deepEqual((await records.get(things, key))?.value, { other: true });
  await late.store.close();
  await other.close();
});

test('what follows goes by the order of decisions, though clocks are ten seconds apart', async () => {
  const fast = await openTestStore(space, { clock: clockAt(5000) });
  const slow = await openTestStore(space, { clock: clockAt(-5000) });
  const key: [string, string] = ['skewed', 'a'];
  const mirror = ['skewed', 'day', 'm'];
  const commit = async (records: Records, decide: Write, then: Write) =>
    assert.ok((await records.commit({ decide: [decide], then: [then], hints: [hint()] })).ok);
  await commit(fast.records, write.insert(things, key, {}), write.put(marks, mirror, { n: 1 }));
  // It has read nothing, and finds out by its condition.
  await commit(slow.records, write.replace(things, key, {}, 1), write.put(marks, mirror, { n: 2 }));
  assert.deepEqual((await fast.records.get(marks, mirror))?.value, { n: 2 });
  await commit(fast.records, write.remove(things, key, 2), write.remove(marks, mirror));
  const slower = await openTestStore(space, { clock: clockAt(-5000) });
  await commit(slower.records, write.insert(things, key, {}), write.put(marks, mirror, { n: 3 }));
  assert.deepEqual((await fast.records.get(marks, mirror))?.value, { n: 3 });
  for (const store of [fast, slow, slower]) await store.close();
});

test('two processes that want one name at once: one gets it, and neither waits for a dead one', async () => {
  const stores = [await openTestStore(space), await openTestStore(space), await openTestStore(space)];
  const crashing = await faultyStore(({ kind }) => (kind === 'decide' ? 'crash-before' : undefined));
  crashing.arm();
  for (let round = 0; round < 15; round++) {
    const name = `race-${round}`;
    const claim = (i: number): Commit => ({
      claims: [write.insert(names, [name], { i })],
      decide: [write.insert(things, [`${name}-${i}`, 'a'], { i })],
      hints: [hint(name)],
    });
    if (round === 7) await assert.rejects(crashing.store.records.commit(claim(9)));
    const results = await Promise.all(stores.map(({ records }, i) => records.commit(claim(i))));
    const winners = results.flatMap(({ ok }, i) => (ok ? [i] : []));
    assert.equal(winners.length, 1, name);
    assert.deepEqual((await stores[0]!.records.get(names, [name]))?.value, { i: winners[0] });
    for (const i of [0, 1, 2]) {
      const row = await stores[1]!.records.get(things, [`${name}-${i}`, 'a']);
      assert.equal(row !== undefined, winners[0] === i);
    }
    for (const result of results) if (!result.ok) assert.deepEqual(result.existing?.value, { i: winners[0] });
  }
  for (const store of [...stores, crashing.store]) await store.close();
});
