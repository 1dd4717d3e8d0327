import type { Clock } from '../ports/clock/clock.ts';
import { defineTable, type Records, write } from '../ports/records/records.ts';
import type { Service } from './service.ts';

/** Who acts alone: one row for each thing that only one process at a time should do. */
export const leases = defineTable<LeaseRow>('leases', { partition: ['name'] });

interface LeaseRow {
  holder: string;
  untilMs: number;
}

const leaseMs = 30_000;
const askEveryMs = 10_000;

export interface LeaseOptions {
  records: Records;
  clock: Clock;
  /** Names the work. */
  name: string;
  /** Names this process; no two share one. */
  holder: string;
  report: (error: unknown, doing: string) => void;
}

/**
 * Runs a service in one process at a time: in whichever holds the lease. It says who should work, not who may: a
 * process that sleeps past its lease goes on for a moment beside the next one, so the work must bear that.
 */
export function whileHeld(service: Service, { records, clock, name, holder, report }: LeaseOptions): Service {
  let timer: NodeJS.Timeout | undefined;
  let heldUntilMs = 0;
  let isRunning = false;
  let turn: Promise<void> = Promise.resolve();

  /** True if the lease is this process's from now on for `leaseMs`. */
  const take = async (): Promise<boolean> => {
    const row = await records.get(leases, [name]);
    const nowMs = clock.nowMs();
    if (row && row.value.holder !== holder && row.value.untilMs > nowMs) return false;
    const value = { holder, untilMs: nowMs + leaseMs };
    const decide = [
      row ? write.replace(leases, [name], value, row.version) : write.insert(leases, [name], value),
    ];
    return (await records.commit({ decide, hints: [hintOf(name)] })).ok;
  };

  const ask = async () => {
    const askedMs = clock.monotonicMs();
    const isHeld = await take().catch((error: unknown) => {
      report(error, `asking for the lease of ${name}`);
      return undefined;
    });
    if (isHeld) heldUntilMs = askedMs + leaseMs;
    // Not knowing is no reason to stop before the lease is over.
    const runs = isHeld === undefined ? clock.monotonicMs() < heldUntilMs : isHeld;
    if (runs && !isRunning) {
      isRunning = true;
      await service.start();
    } else if (!runs && isRunning) {
      isRunning = false;
      await service.stop();
    }
  };
  const inTurn = () => {
    turn = turn.then(ask).catch((error: unknown) => report(error, `starting ${service.name}`));
    return turn;
  };

  return {
    name: service.name,
    async start() {
      await inTurn();
      timer = setInterval(() => void inTurn(), askEveryMs).unref();
    },
    async stop() {
      clearInterval(timer);
      await turn;
      if (!isRunning) return;
      isRunning = false;
      await service.stop();
      await giveBack(records, name, holder);
    },
  };
}

/** So that the next process need not wait for it to run out. */
async function giveBack(records: Records, name: string, holder: string): Promise<void> {
  const row = await records.get(leases, [name]);
  if (row?.value.holder !== holder) return;
  const decide = [write.replace(leases, [name], { holder, untilMs: 0 }, row.version)];
  await records.commit({ decide, hints: [hintOf(name)] });
}

const hintOf = (name: string) => ({ kind: 'lease.changed', key: name, data: {} });
