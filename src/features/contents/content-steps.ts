import type { Clock } from '../../ports/clock/clock.ts';
import type { ContentsFeature } from './create-contents.ts';

/** Between the end of one pass and the next. */
const collectRestMs = 24 * 3_600_000;
const scrubRestMs = 30 * 24 * 3_600_000;
interface Step {
  doing: string;
  run(): Promise<number>;
}

/** What the janitor does for contents, a bounded piece at a time. */
export function createContentSteps(
  contents: Pick<ContentsFeature, 'collector' | 'scrub' | 'verifyWaiting'>,
  clock: Pick<Clock, 'nowMs'>,
): Step[] {
  const passes = (
    doing: string,
    restMs: number,
    pass: {
      progress(): Promise<{ endedAtMs?: number } | undefined>;
      step(): Promise<{ endedAtMs?: number }>;
    },
  ): Step => ({
    doing,
    async run() {
      const before = await pass.progress();
      if (before?.endedAtMs !== undefined && clock.nowMs() - before.endedAtMs < restMs) return 0;
      return (await pass.step()).endedAtMs === undefined ? 1 : 0;
    },
  });
  return [
    passes('collecting what no file holds any more', collectRestMs, contents.collector),
    passes('reading files for damage', scrubRestMs, contents.scrub),
    { doing: 'verifying files', run: () => contents.verifyWaiting() },
  ];
}
