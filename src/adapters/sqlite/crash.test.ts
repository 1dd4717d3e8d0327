import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { manualClock, systemClock } from '../../ports/clock/clock.ts';
import { counts, things } from '../../ports/records/contract-store.ts';
import type { Records } from '../../ports/records/records.ts';
import type { SqliteStore } from './store.ts';
import { temporaryFolder, withStore } from './testing.ts';

const rounds = 5;
const child = new URL('./write-until-killed.ts', import.meta.url).pathname;

interface Said {
  acknowledged: string[];
  handled: string[];
  lastId: string;
}

/** Runs the child until it has acknowledged that many commits, kills it, and answers all it said. */
async function runAndKill(folder: string, round: number, after: number): Promise<Said> {
  const running = spawn(process.execPath, [child, folder, `${round}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(running, 'exit');
  const said: Said = { acknowledged: [], handled: [], lastId: '' };
  for await (const line of createInterface({ input: running.stdout })) {
    const [what, value] = [line.slice(0, 1), line.slice(2)];
    if (what === 'a') said.acknowledged.push(value);
    if (what === 'h') said.handled.push(value);
    if (what === 'i' && value > said.lastId) said.lastId = value;
    if (said.acknowledged.length === after) running.kill('SIGKILL');
  }
  assert.deepEqual(await exited, [null, 'SIGKILL']);
  return said;
}

async function allOf(records: Records, owner: string): Promise<Set<string>> {
  const found = new Set<string>();
  let after: string | undefined;
  do {
    const rows = await records.list(things, [owner], { after, limit: 1000 });
    for (const row of rows) found.add(row.key[1]!);
    after = rows.length === 1000 ? rows.at(-1)!.key[1] : undefined;
  } while (after !== undefined);
  return found;
}

async function allEntries({ log }: SqliteStore) {
  const entries = [];
  for (let after = 0; ; ) {
    const page = await log.read(after, 1000);
    if (page.length === 0) return entries;
    entries.push(...page);
    after = page.at(-1)!.position;
  }
}

test(`what was acknowledged survives a kill exactly once, whole and with its hints (${rounds} kills)`, async (t) => {
  const folder = temporaryFolder(t);
  const seed = systemClock.nowMs() % 1_000_000;
  t.diagnostic(`seed ${seed}`);
  const { random } = manualClock(0, seed);
  const handled = new Set<string>();
  for (let round = 0; round < rounds; round++) {
    const said = await runAndKill(folder, round, 1 + Math.floor(random() * 1500));
    for (const key of said.handled) handled.add(key);
    await withStore(folder, async (store) => {
      const rows = await allOf(store.records, `${round}`);
      for (const n of said.acknowledged) assert.ok(rows.has(n), `commit ${n} was acknowledged`);
      assert.deepEqual(await allOf(store.records, `claims of ${round}`), rows);
      const count = (await store.records.get(counts, [`${round}`, 'things']))?.value['n'];
      assert.equal(count, rows.size);
      assert.ok(store.lastId()! >= said.lastId);
      const entries = await allEntries(store);
      const keys = entries.map((entry) => entry.key).filter((key) => key.startsWith(`${round}/`));
      assert.deepEqual(
        new Set(keys),
        new Set([...rows].flatMap((n) => [`${round}/${n}`, `${round}/${n} again`])),
      );
      assert.equal(keys.length, 2 * rows.size);
      assert.deepEqual(await store.integrity(), []);
    });
  }
  await withStore(folder, async (store) => {
    const subscription = await store.log.subscribe({
      group: 'followers',
      start: 'stored',
      handle: async (entries) => {
        for (const entry of entries) handled.add(entry.key);
      },
    });
    await subscription.caughtUp();
    for (const entry of await allEntries(store)) assert.ok(handled.has(entry.key), entry.key);
  });
});
