import type { Clock } from '../clock/clock.ts';
import type { Meters } from './meters.ts';

const askEveryMs = 10_000;
const patienceMs = 5000;

/** Asks each engine now and then whether it answers, and how fast. Answers what ends that. */
export function watchEngines(
  checks: Readonly<Record<string, () => Promise<string | undefined>>>,
  { engines }: Pick<Meters, 'engines'>,
  clock: Clock,
): { stop: () => void } {
  let isOver = false;
  const ask = async (name: string, check: () => Promise<string | undefined>) => {
    const startedMs = clock.monotonicMs();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`${name} does not answer`)), patienceMs).unref();
    });
    const isUp = await Promise.race([check(), late]).then(
      (problem) => problem === undefined,
      () => false,
    );
    clearTimeout(timer);
    if (!isOver) engines.set(name, { isUp, seconds: (clock.monotonicMs() - startedMs) / 1000 });
  };
  const askAll = () => {
    for (const [name, check] of Object.entries(checks)) void ask(name.toLowerCase(), check);
  };
  askAll();
  const timer = setInterval(askAll, askEveryMs).unref();
  return {
    stop() {
      isOver = true;
      clearInterval(timer);
    },
  };
}
