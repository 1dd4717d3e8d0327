import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { type Fault, type FaultySession, faultySession } from '../../../test/cluster/cassandra-faults.ts';
import { openTestStore, testKeyspace } from '../../../test/cluster/cassandra-keyspace.ts';
import { type Clock, manualClock, systemClock } from '../../ports/clock/clock.ts';
import { counts, marks, names, things } from '../../ports/records/contract-store.ts';
import {
  type Commit,
  type CommitResult,
  type Records,
  type Row,
  write,
} from '../../ports/records/records.ts';
import type { CassandraStore } from './store.ts';

const space = await testKeyspace();
const owners = ['ann', 'bob'];
const rows = ['x', 'y'];
const seed = Number(process.env['KITH_SEED'] ?? systemClock.nowMs() % 100_000);
const random = manualClock(0, seed).random;
const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;

interface Process {
  store: CassandraStore;
  faulty: FaultySession;
  published: Set<number>;
}

/** A process whose clock is off by so much and whose requests fail at random. */
async function openProcess(skewMs: number, faultShare: number): Promise<Process> {
  let faulty!: FaultySession;
  let armed = false;
  const published = new Set<number>();
  const clock: Clock = { ...systemClock, nowMs: () => systemClock.nowMs() + skewMs };
  const store = await openTestStore(space, {
    clock,
    publish: async (entries) => {
      if (random() < faultShare) throw new Error('the log is away');
      for (const { data } of entries) published.add(data['n'] as number);
    },
    wrapSession: (session) => {
      faulty = faultySession(session, (): Fault | undefined =>
        armed && random() < faultShare
          ? pick(['lost', 'unheard', 'late', 'twice', 'twice'] as const)
          : undefined,
      );
      return faulty;
    },
  });
  armed = true;
  return { store, faulty, published };
}

type Outcome = 'ok' | 'refused' | 'unknown';

/**
 * The truth is a list, in each row, of the commits that changed it; its mirror and its counters follow. A row with
 * `gone` was removed and inserted again by turns, which its mirror must follow too.
 */
async function changeRow(records: Records, n: number): Promise<Outcome> {
  const [owner, thing] = [pick(owners), pick(rows)];
  const key: [string, string] = [owner, thing];
  const row = await records.get(things, key);
  const history = [...((row?.value['history'] as number[] | undefined) ?? []), n];
  const claims = random() < 0.4 ? [write.insert(names, [`name ${n}`], { n })] : [];
  const value = { history };
  const commit: Commit = {
    claims,
    decide: [row ? write.replace(things, key, value, row.version) : write.insert(things, key, value)],
    then: [write.put(marks, [owner, 'd', thing], { n }), write.add(counts, key, { commits: 1, sum: n })],
    hints: [{ kind: 'k', key: owner, data: { n } }],
  };
  return outcomeOf(records.commit(commit));
}

async function turnGate(records: Records, n: number): Promise<Outcome> {
  const owner = pick(owners);
  const key = [owner, 'gate'];
  const row = await records.get(things, key);
  const commit: Commit = row
    ? {
        decide: [write.remove(things, key, row.version)],
        then: [write.remove(marks, [owner, 'd', 'gate']), write.add(counts, [owner, 'gate'], { open: -1 })],
        hints: [{ kind: 'k', key: owner, data: { n } }],
      }
    : {
        decide: [write.insert(things, key, { n })],
        then: [
          write.put(marks, [owner, 'd', 'gate'], { n }),
          write.add(counts, [owner, 'gate'], { open: 1 }),
        ],
        hints: [{ kind: 'k', key: owner, data: { n } }],
      };
  return outcomeOf(records.commit(commit));
}

/** Many want few names; each carries its commit's number. */
async function takeName(records: Records, n: number): Promise<Outcome> {
  const commit: Commit = {
    claims: [write.insert(names, [`wanted ${n % 12}`], { n })],
    decide: [write.insert(things, [`holder ${n}`, 'a'], { n })],
    then: [write.add(counts, ['names', 'taken'], { names: 1 })],
    hints: [{ kind: 'k', key: 'names', data: { n } }],
  };
  return outcomeOf(records.commit(commit));
}

async function outcomeOf(result: Promise<CommitResult>): Promise<Outcome> {
  try {
    return (await result).ok ? 'ok' : 'refused';
  } catch (error) {
    assert.equal((error as Error).name, 'RecordsError', `${(error as Error).stack}`);
    return 'unknown';
  }
}

async function history(processes: readonly Process[], commits: number): Promise<Map<number, Outcome>> {
  const outcomes = new Map<number, Outcome>();
  let n = 0;
  const lane = async ({ store, faulty }: Process) => {
    while (n < commits) {
      const mine = ++n;
      if (random() < 0.04) await faulty.deliverLate();
      const act = pick([changeRow, changeRow, turnGate, takeName]);
      outcomes.set(mine, await act(store.records, mine).catch(() => 'unknown' as const));
    }
  };
  await Promise.all(processes.flatMap((process) => [lane(process), lane(process)]));
  return outcomes;
}

const numbers = (row: Row<object> | undefined) => (row?.value ?? {}) as Record<string, number>;

async function checkRows(records: Records, outcomes: Map<number, Outcome>): Promise<Set<number>> {
  const happened = new Set<number>();
  for (const owner of owners) {
    for (const thing of rows) {
      const row = await records.get(things, [owner, thing]);
      const found = (row?.value['history'] as number[] | undefined) ?? [];
      assert.equal(new Set(found).size, found.length);
      assert.equal(row?.version ?? 0, found.length);
      const counted = numbers(await records.get(counts, [owner, thing]));
      assert.equal(counted['commits'] ?? 0, found.length, `${owner} ${thing} counted`);
      assert.equal(
        counted['sum'] ?? 0,
        found.reduce((sum, n) => sum + n, 0),
      );
      assert.equal(numbers(await records.get(marks, [owner, 'd', thing]))['n'], found.at(-1));
      for (const n of found) happened.add(n);
    }
    const gate = await records.get(things, [owner, 'gate']);
    assert.deepEqual((await records.get(marks, [owner, 'd', 'gate']))?.value, gate?.value, `${owner} gate`);
    assert.equal(numbers(await records.get(counts, [owner, 'gate']))['open'] ?? 0, gate ? 1 : 0);
  }
  for (let n = 1; n <= outcomes.size; n++) {
    const claimed = await records.get(names, [`name ${n}`]);
    if (claimed) assert.ok(happened.has(n), `name ${n} without its commit`);
  }
  return happened;
}

async function checkNames(records: Records, outcomes: Map<number, Outcome>): Promise<Set<number>> {
  const happened = new Set<number>();
  for (let wanted = 0; wanted < 12; wanted++) {
    const n = numbers(await records.get(names, [`wanted ${wanted}`]))['n'];
    if (n !== undefined) happened.add(n);
  }
  const holders: number[] = [];
  for (const n of outcomes.keys()) if (await records.get(things, [`holder ${n}`, 'a'])) holders.push(n);
  assert.deepEqual(holders.sort(), [...happened].sort());
  assert.equal(numbers(await records.get(counts, ['names', 'taken']))['names'] ?? 0, holders.length);
  return happened;
}

test(`random commits with faults end as a model says (seed ${seed})`, async () => {
  const processes = [
    await openProcess(0, 0.06),
    await openProcess(5000, 0.06),
    await openProcess(-5000, 0.06),
  ];
  const outcomes = await history(processes, 240);
  for (const { store, faulty } of processes) {
    await store.idle();
    await faulty.deliverLate();
  }
  const later: Clock = { ...systemClock, nowMs: () => systemClock.nowMs() + 90_000 };
  const judge = await openTestStore(space, { clock: later, deltasMin: 1 });
  after(() => judge.close());
  await judge.sweep.once({ graceMs: 0 });
  await judge.sweep.once({ graceMs: 0 });

  const changed = await checkRows(judge.records, outcomes);
  const named = await checkNames(judge.records, outcomes);
  const told = new Set([
    ...processes.flatMap(({ published }) => [...published]),
    ...judge.published.map(({ data }) => data['n']),
  ]);
  for (const n of [...changed, ...named]) assert.notEqual(outcomes.get(n), 'refused', `${n} was refused`);
  for (const [n, outcome] of outcomes) if (outcome === 'ok') assert.ok(told.has(n), `the hint of ${n}`);
  for (const n of [...changed, ...named]) assert.ok(told.has(n), `the hint of ${n}`);

  // Reading has had the counters folded; the sums are the same, and stay so when everything arrives once more.
  await judge.idle();
  assert.ok(judge.stats().folds > 0);
  for (const { faulty } of processes) await faulty.deliverLate();
  await checkRows(judge.records, outcomes);
  await checkNames(judge.records, outcomes);
  const tally = Object.groupBy(outcomes.values(), (outcome) => outcome);
  console.log(`ok ${tally.ok?.length}, refused ${tally.refused?.length}, unknown ${tally.unknown?.length}`);
  for (const { store } of processes) await store.close();
});
