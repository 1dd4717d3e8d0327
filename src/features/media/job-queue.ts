/**
 * Work that is surely done, some time, by whichever process comes first. Jobs lie in records, by shard and day; who
 * takes one leases it by a conditional write, and whose lease runs out has died: somebody else begins again. So the
 * work must bear being begun twice. What fails too often lies aside until an operator has it tried again.
 */
import { firstIdAt, type Id, type IdSource, idTimeMs, idToNumber } from '../../lib/ids.ts';
import type { Clock } from '../../ports/clock/clock.ts';
import type { Hint } from '../../ports/log/log.ts';
import { listAll } from '../../ports/records/list-all.ts';
import { type Key, type Records, type Table, type Write, write } from '../../ports/records/records.ts';
import { type DeadJobRow, type JobRow, mediaDeadJobs, mediaJobMarks, mediaJobs } from './tables.ts';

export const jobShards = 8;
export const leaseMs = 60_000;
export const attemptsMax = 6;
/** Waits 5 s, 20 s, 80 s, … and never longer than the last. */
const backoffMsMin = 5_000;
const backoffMsMax = 3_600_000;
const dayMs = 86_400_000;
const daysWalkedMax = 400;
/** Rows of one day that are looked at to find one that can be begun. */
const examinedMax = 1000;
/** No commit is this late: a day that ended longer ago gets no more rows. */
const settledAfterMs = dayMs;

/** A job this process holds. */
export interface HeldJob {
  key: Key;
  row: JobRow;
  version: number;
}

export interface DeadJob extends DeadJobRow {
  jobId: Id;
}

export interface JobQueue {
  /** The write, for `claims`, that makes a job. The commit should leave `jobHint` as well. */
  enqueueWrite(mediaId: Id): Write;
  /** Takes a job that waits, the oldest of a shard first; undefined where there is none. */
  take(): Promise<HeldJob | undefined>;
  /** Holds it for another `leaseMs`; false if it was lost meanwhile, and the work must stop. */
  renew(job: HeldJob): Promise<boolean>;
  /** It is done, whatever came of it. */
  finish(job: HeldJob): Promise<void>;
  /** It is to be begun again later; after `attemptsMax` it is laid aside. Answers which. */
  fail(job: HeldJob, error: string): Promise<'again' | 'dead'>;
  /** Whether `fail` would lay it aside. */
  isLastTry(job: HeldJob): boolean;
  /** Gives it back untouched, to be begun at once by whoever comes. */
  release(job: HeldJob): Promise<void>;
  /** Jobs not done yet, counted to `waitingCountedMax`. */
  waiting(): Promise<number>;
  /** What was laid aside. Bounded by `deadListedMax`. */
  dead(): Promise<DeadJob[]>;
  /** Takes it off the list; the caller has enqueued it anew or wants it no more. */
  forgetDead(job: DeadJob): Promise<void>;
}

export const deadListedMax = 10_000;
export const waitingCountedMax = 10_000;
export const jobHint = (mediaId: Id): Hint => ({ kind: 'media.job', key: mediaId, data: { mediaId } });

const shardOf = (mediaId: Id) => String((idToNumber(mediaId) % 4093) % jobShards);
const dayOf = (timeMs: number) => Math.floor(timeMs / dayMs);
const dayKey = (day: number) => String(day).padStart(6, '0');
const firstDay = dayOf(idTimeMs(firstIdAt(0)));

export interface JobQueueDeps {
  records: Records;
  clock: Clock;
  ids: IdSource;
  /** Default those of media. Without `dead`, what failed too often is forgotten. */
  tables?: JobTables;
}

export interface JobTables {
  jobs: Table<JobRow>;
  marks: Table<{ day: number }>;
  dead?: Table<DeadJobRow>;
}

const mediaTables: JobTables = { jobs: mediaJobs, marks: mediaJobMarks, dead: mediaDeadJobs };

export function createJobQueue({ records, clock, ids, tables = mediaTables }: JobQueueDeps): JobQueue {
  /** Where to look first, so that processes do not all begin at the same shard. */
  let turn = Math.floor(clock.random() * jobShards);

  const replace = async (job: HeldJob, row: JobRow): Promise<boolean> => {
    const result = await records.commit({
      decide: [write.replace(tables.jobs, job.key, row, job.version)],
      hints: [{ kind: 'media.job', key: row.mediaId, data: { mediaId: row.mediaId, isHeld: true } }],
    });
    if (result.ok) Object.assign(job, { row, version: job.version + 1 });
    return result.ok;
  };

  const takeFrom = async (shard: string, day: number): Promise<{ job?: HeldJob; isEmpty: boolean }> => {
    const nowMs = clock.nowMs();
    const rows = await records.list(tables.jobs, [shard, dayKey(day)], { limit: examinedMax });
    for (const { key, value, version } of rows) {
      if (value.notBeforeMs > nowMs || value.leaseUntilMs > nowMs) continue;
      const job: HeldJob = { key, row: value, version };
      const held = { ...value, attempts: value.attempts + 1, leaseUntilMs: nowMs + leaseMs };
      if (await replace(job, held)) return { job, isEmpty: false };
    }
    return { isEmpty: rows.length === 0 };
  };

  const takeFromShard = async (shard: string): Promise<HeldJob | undefined> => {
    const today = dayOf(clock.nowMs());
    const start = (await records.get(tables.marks, [shard]))?.value.day ?? firstDay;
    let mark = start;
    let found: HeldJob | undefined;
    // A clock that runs a little ahead elsewhere may have put a job into tomorrow.
    for (let day = start; day <= Math.min(today + 1, start + daysWalkedMax) && !found; day++) {
      const { job, isEmpty } = await takeFrom(shard, day);
      found = job;
      const isSettled = (day + 1) * dayMs + settledAfterMs <= clock.nowMs();
      if (isEmpty && mark === day && isSettled) mark = day + 1;
    }
    if (mark > start) {
      await records.commit({
        decide: [write.put(tables.marks, [shard], { day: mark })],
        hints: [{ kind: 'media.jobs-advanced', key: shard, data: { day: mark } }],
      });
    }
    return found;
  };

  return {
    enqueueWrite(mediaId) {
      const jobId = ids.next();
      const row: JobRow = { mediaId, attempts: 0, notBeforeMs: 0, leaseUntilMs: 0 };
      return write.insert(tables.jobs, [shardOf(mediaId), dayKey(dayOf(idTimeMs(jobId))), jobId], row);
    },
    async take() {
      for (let i = 0; i < jobShards; i++) {
        turn = (turn + 1) % jobShards;
        const job = await takeFromShard(String(turn));
        if (job) return job;
      }
      return undefined;
    },
    renew: (job) => replace(job, { ...job.row, leaseUntilMs: clock.nowMs() + leaseMs }),
    async finish({ key, row, version }) {
      await records.commit({
        decide: [write.remove(tables.jobs, key, version)],
        hints: [{ kind: 'media.job-done', key: row.mediaId, data: { mediaId: row.mediaId } }],
      });
    },
    async fail(job, error) {
      const { mediaId, attempts } = job.row;
      const nowMs = clock.nowMs();
      if (attempts < attemptsMax) {
        const waitMs = Math.min(backoffMsMax, backoffMsMin * 4 ** (attempts - 1));
        await replace(job, { ...job.row, leaseUntilMs: 0, notBeforeMs: nowMs + waitMs });
        return 'again';
      }
      const [shard, , jobId] = job.key as [string, string, string];
      await records.commit({
        decide: [write.remove(tables.jobs, job.key, job.version)],
        then: tables.dead
          ? [write.put(tables.dead, [shard, jobId], { mediaId, attempts, error, failedAtMs: nowMs })]
          : [],
        hints: [{ kind: 'media.job-dead', key: mediaId, data: { mediaId } }],
      });
      return 'dead';
    },
    isLastTry: ({ row }) => row.attempts >= attemptsMax,
    async release(job) {
      await replace(job, { ...job.row, leaseUntilMs: 0, attempts: job.row.attempts - 1 });
    },
    async waiting() {
      const today = dayOf(clock.nowMs());
      let count = 0;
      for (let shard = 0; shard < jobShards; shard++) {
        const start = (await records.get(tables.marks, [String(shard)]))?.value.day ?? firstDay;
        const prefixes: string[][] = [];
        for (let day = start; day <= Math.min(today + 1, start + daysWalkedMax); day++)
          prefixes.push([String(shard), dayKey(day)]);
        const lists = await records.listMany(
          tables.jobs,
          prefixes.map((prefix) => ({ prefix, limit: examinedMax })),
        );
        for (const rows of lists) count += rows.length;
      }
      return Math.min(count, waitingCountedMax);
    },
    async dead() {
      const found: DeadJob[] = [];
      for (let shard = 0; shard < jobShards && tables.dead; shard++) {
        for await (const rows of listAll(records, tables.dead, [String(shard)])) {
          for (const { key, value } of rows)
            if (found.length < deadListedMax) found.push({ ...value, jobId: key[1]! });
        }
      }
      return found.sort((a, b) => (a.jobId < b.jobId ? -1 : 1));
    },
    async forgetDead({ jobId, mediaId }) {
      if (!tables.dead) return;
      await records.commit({
        decide: [write.remove(tables.dead, [shardOf(mediaId), jobId])],
        hints: [{ kind: 'media.job-done', key: mediaId, data: { mediaId } }],
      });
    },
  };
}
