import type { Id } from '../../lib/ids.ts';
import type { EventLog, Subscription } from '../../ports/log/log.ts';
import { changeMedia, rowWith } from './change-media.ts';
import { attemptsMax, type HeldJob, type JobQueue, leaseMs } from './job-queue.ts';
import type { FailureReason } from './media.ts';
import { BadOriginal, NoLongerWanted, type ProcessingDeps, processMedia } from './process-media.ts';
import { cleanWorkFolder } from './work-folders.ts';

/** A queue, and what is done with what is taken from it. */
export interface JobTask {
  jobs: JobQueue;
  /** What the work is about, for the log. */
  called: string;
  /** `run` names this try. Rejects with BadOriginal or NoLongerWanted where trying again would be in vain. */
  perform(id: Id, given: { run: string; signal: AbortSignal }): Promise<void>;
  /** It will not be tried again. */
  giveUp(id: Id, failure: FailureReason): Promise<void>;
}

export interface WorkerDeps extends ProcessingDeps {
  log: EventLog;
  /** What is done while no photo or video of a post waits, in this order. */
  others?: readonly JobTask[];
  report: (error: unknown, doing: string) => void;
  /** Media worked on at once by this process; the tools bound what costs most. */
  jobsAtOnce?: number;
}

/** Takes jobs, one after another on each of its lanes. Any number of processes may. */
export interface MediaWorker {
  /** Takes one job if there is one, and does it; false where there is none. */
  workOnce(): Promise<boolean>;
  start(): Promise<void>;
  /** Breaks off what is under way, which is begun again elsewhere or later. */
  stop(): Promise<void>;
}

const jobsAtOnceDefault = 3;
/** Where no hint comes: jobs whose wait is over, or whose holder died. */
const pollMs = 5_000;
/** Tries of what met a limit of memory or time: the machine may have been busy. */
const limitTriesMax = 2;

export function createWorker(deps: WorkerDeps): MediaWorker {
  const tasks: readonly JobTask[] = [
    {
      jobs: deps.jobs,
      called: 'the medium',
      perform: (id, given) => processMedia(deps, id, given),
      giveUp: (id, failure) => failMedium(deps, id, failure),
    },
    ...(deps.others ?? []),
  ];
  let stopping = new AbortController();
  let subscription: Subscription | undefined;
  let lanes: Promise<void>[] = [];
  const signals = new Set<() => void>();
  /** How often there was word of work: what comes while a lane looks for some must not be slept through. */
  let wakes = 0;

  const pause = () =>
    new Promise<void>((resolve) => {
      const end = () => {
        clearTimeout(timer);
        signals.delete(end);
        resolve();
      };
      const timer = setTimeout(end, pollMs).unref();
      signals.add(end);
    });
  const wake = () => {
    wakes++;
    for (const end of [...signals]) end();
  };

  const workOnce = async (): Promise<boolean> => {
    for (const task of tasks) {
      const job = await task.jobs.take();
      if (!job) continue;
      await work(deps, task, job, stopping.signal);
      return true;
    }
    return false;
  };
  const lane = async () => {
    while (!stopping.signal.aborted) {
      const seen = wakes;
      try {
        if (!(await workOnce()) && wakes === seen) await pause();
      } catch (error) {
        deps.report(error, 'taking a photo or video to prepare');
        if (!stopping.signal.aborted) await pause();
      }
    }
  };
  return {
    workOnce,
    async start() {
      await cleanWorkFolder(deps.workFolder, deps.clock.nowMs());
      stopping = new AbortController();
      subscription = await deps.log.subscribe({
        group: 'media-worker',
        start: 'now',
        kinds: ['media.job'],
        handle: async () => wake(),
      });
      lanes = Array.from({ length: deps.jobsAtOnce ?? jobsAtOnceDefault }, lane);
    },
    async stop() {
      stopping.abort();
      wake();
      await Promise.all(lanes);
      await subscription?.close();
    },
  };
}

/** Does one job while keeping its lease, and settles what becomes of it. */
async function work(
  { report }: WorkerDeps,
  task: JobTask,
  job: HeldJob,
  stopping: AbortSignal,
): Promise<void> {
  const { jobs } = task;
  const { mediaId, attempts } = job.row;
  if (attempts > attemptsMax) {
    // Whoever held it died each time: it may have been the cause.
    await task.giveUp(mediaId, 'not-prepared');
    return void (await jobs.fail(job, 'The process that worked on it ended each time.'));
  }
  const lost = new AbortController();
  const signal = AbortSignal.any([stopping, lost.signal]);
  const lease = keepLease(jobs, report, job, lost);
  try {
    await task.perform(mediaId, { run: runOf(job), signal });
  } catch (error) {
    await lease.stop();
    // Who holds it now, or after the restart, begins again.
    if (lost.signal.aborted) return;
    if (stopping.aborted) return void (await jobs.release(job));
    if (error instanceof BadOriginal && !(mayFitLater(error.reason) && attempts < limitTriesMax)) {
      await task.giveUp(mediaId, error.reason);
      return void (await jobs.finish(job));
    }
    if (error instanceof NoLongerWanted) return void (await jobs.finish(job));
    report(error, `preparing ${task.called} ${mediaId}, try ${attempts}`);
    // The row first: a crash between the two leaves a job that finds nothing to do.
    const isLast = jobs.isLastTry(job);
    if (isLast) await task.giveUp(mediaId, 'not-prepared');
    await jobs.fail(job, error instanceof Error ? error.message : String(error));
    return;
  }
  await lease.stop();
  await jobs.finish(job);
}

/** Names a try: no two share a name, since a job's version only rises. */
const runOf = ({ key, version }: HeldJob): string => `${key[2]}-${version}`;

const mayFitLater = (reason: FailureReason) => reason === 'out-of-memory' || reason === 'timed-out';

/** A video of which a first rung is shown stays as it is: less sharp than it could be, and not gone. */
async function failMedium(deps: WorkerDeps, mediaId: string, failure: FailureReason): Promise<void> {
  await changeMedia(deps, mediaId, (current) => {
    if (current.state !== 'processing') return undefined;
    return { row: rowWith(current, current.shown ? { state: 'ready' } : { state: 'failed', failure }) };
  });
}

/** Renews the lease until told to stop; gives the work up where it was lost. */
function keepLease(jobs: JobQueue, report: WorkerDeps['report'], job: HeldJob, lost: AbortController) {
  let renewing: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    renewing = renewing.then(async () => {
      try {
        if (!(await jobs.renew(job))) lost.abort();
      } catch (error) {
        report(error, 'keeping hold of a photo or video being prepared');
      }
    });
  }, leaseMs / 3).unref();
  return {
    async stop() {
      clearInterval(timer);
      await renewing;
    },
  };
}
