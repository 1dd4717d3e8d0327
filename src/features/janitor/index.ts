import { createPurgeQueue } from '../purging/index.ts';
import { eraseContent, eraseDueAccounts } from './erase-accounts.ts';
import { purgeComments, purgePosts } from './purge-posts.ts';
import { defaultSettings, type JanitorDeps, type Step, type StepsContext } from './steps.ts';
import { trimClaims, trimLog } from './trim.ts';

export { defaultSettings, type Eraser, type JanitorDeps, type JanitorSettings, type Step } from './steps.ts';

/** Tidies while there is little else to do. Any number of processes may: the same work done twice does no harm. */
export interface Janitor {
  /** Runs each step once, whatever else is going on. Answers how much was done. */
  pass(): Promise<number>;
  /** Goes on from pass to pass in the background. */
  start(): Promise<void>;
  /** Finishes the step under way. */
  stop(): Promise<void>;
}

const pauseBetweenStepsMs = 20;
const pauseWhenBusyMs = 1000;
const pauseWhenDoneMs = 60_000;
/** A service that is never idle is tidied all the same, a pass each time this has gone by. */
const postponedMaxMs = 3_600_000;

export function createJanitor(deps: JanitorDeps): Janitor {
  const context: StepsContext = {
    ...deps,
    queue: createPurgeQueue(deps),
    settings: { ...defaultSettings, ...deps.settings },
  };
  const steps: Step[] = [
    purgePosts(context),
    purgeComments(context),
    eraseDueAccounts(context),
    eraseContent(context),
    trimLog(context),
    trimClaims(context),
    ...(deps.steps ?? []),
  ];
  const runStep = async ({ doing, run }: Step): Promise<number> => {
    try {
      return await run();
    } catch (error) {
      deps.report(error, doing);
      return 0;
    }
  };
  return {
    async pass() {
      let worked = 0;
      for (const step of steps) worked += await runStep(step);
      return worked;
    },
    ...createRounds(deps, steps, runStep),
  };
}

/** The endless round through the steps, with pauses that can be cut short. */
function createRounds(
  { isIdle, clock }: Pick<JanitorDeps, 'isIdle' | 'clock'>,
  steps: readonly Step[],
  runStep: (step: Step) => Promise<number>,
): Pick<Janitor, 'start' | 'stop'> {
  let running: Promise<void> | undefined;
  let stopping = false;
  let wake = () => {};
  const pause = (ms: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms).unref();
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  const go = async () => {
    let passedAtMs = clock.monotonicMs();
    const isOverdue = () => clock.monotonicMs() - passedAtMs > postponedMaxMs;
    while (!stopping) {
      let worked = 0;
      for (const step of steps) {
        while (!stopping && !isIdle() && !isOverdue()) await pause(pauseWhenBusyMs);
        if (stopping) return;
        worked += await runStep(step);
        await pause(pauseBetweenStepsMs);
      }
      passedAtMs = clock.monotonicMs();
      if (worked === 0 && !stopping) await pause(pauseWhenDoneMs);
    }
  };
  return {
    async start() {
      stopping = false;
      running ??= go();
    },
    async stop() {
      stopping = true;
      wake();
      await running;
      running = undefined;
    },
  };
}
