/** The process that does the work: told one job at a time by the server, ended with it. See work/work-process.ts. */
import { constants, setPriority } from 'node:os';
import { type MediaFailure, MediaToolsError } from '../../ports/media-tools/media-tools.ts';
import { probeFile } from './probe.ts';
import type { FromWorker, Job, JobResult, ToWorker } from './work/protocol.ts';

const outOfMemoryCode = 86;
const watchEveryMs = 100;
/** Between two messages about progress. */
const progressEveryMs = 300;

const memoryBytesMax = Number(process.argv[2]);
let firstRungTaken: (() => void) | undefined;
const programs = new Set<number>();

/** Behind the server in any case; last of all where nobody waits for it. */
function standBack(isAwaited: boolean): void {
  try {
    setPriority(constants.priority[isAwaited ? 'PRIORITY_BELOW_NORMAL' : 'PRIORITY_LOW']);
  } catch {
    // Then it competes with the server as an equal.
  }
}
standBack(true);

// The server is gone, whichever way: nobody waits for this work.
process.on('disconnect', () => endAll());
// A third fence, which also stands where memory cannot be read from outside.
setInterval(() => {
  if (process.memoryUsage.rss() > memoryBytesMax * 1.5) process.exit(outOfMemoryCode);
}, watchEveryMs).unref();

function endAll(): never {
  for (const pid of programs) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended already.
    }
  }
  process.kill(process.pid, 'SIGKILL');
  process.exit(1);
}

const say = (message: FromWorker) => {
  if (process.connected) process.send!(message, undefined, undefined, () => {});
};

process.on('message', (message: ToWorker) => {
  if (message.say === 'first-rung-taken') firstRungTaken?.();
  else void answer(message.job);
});

async function answer(job: Job): Promise<void> {
  try {
    const result = await perform(job);
    say({ say: 'done', result, rssBytes: process.memoryUsage.rss() });
  } catch (error) {
    say({ say: 'failed', ...failureOf(error) });
  }
}

async function perform(job: Job): Promise<JobResult> {
  const tell = { onProgress: progressTeller(), onProgram };
  if (job.task === 'probe') return probeFile(job);
  if (job.task === 'image') {
    const { processImage } = await import('./images/process-image.ts');
    return processImage({ ...job, ...tell });
  }
  if (job.task === 'still') {
    const { processStill } = await import('./videos/process-still.ts');
    return processStill({ ...job, ...tell });
  }
  const { processVideo } = await import('./videos/process-video.ts');
  return processVideo({
    ...job,
    ...tell,
    onFirstRung: (video) =>
      new Promise((resolve) => {
        firstRungTaken = resolve;
        // It can be watched by now: what makes it sharper has time.
        standBack(false);
        say({ say: 'first-rung', video });
      }),
  });
}

function onProgram(pid: number, running: boolean): void {
  if (running) programs.add(pid);
  else programs.delete(pid);
  say({ say: 'program', pid, running });
}

function progressTeller(): (progress: number) => void {
  let told = 0;
  let isDue = true;
  return (progress) => {
    if (!isDue || progress <= told) return;
    isDue = false;
    told = Math.min(1, progress);
    setTimeout(() => {
      isDue = true;
    }, progressEveryMs).unref();
    say({ say: 'progress', progress: told });
  };
}

function failureOf(error: unknown): { kind: MediaFailure; message: string } {
  if (error instanceof MediaToolsError) return { kind: error.kind, message: error.message };
  const { message = String(error), code } = error as NodeJS.ErrnoException;
  if (/no space left|ENOSPC|EDQUOT|EROFS|EACCES|ENOENT|EMFILE/i.test(`${code} ${message}`))
    return { kind: 'interrupted', message };
  if (/out of memory|cannot allocate|allocation failed|ENOMEM/i.test(message))
    return { kind: 'out-of-memory', message };
  if (error instanceof TypeError || error instanceof ReferenceError)
    return { kind: 'interrupted', message: `a fault of the worker: ${(error as Error).stack ?? message}` };
  return { kind: 'damaged', message };
}

say({ say: 'ready' });
