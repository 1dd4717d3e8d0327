/**
 * When the process cannot keep up, answering fewer requests quickly serves people better than answering all of
 * them too late. How far timers run behind says whether it keeps up.
 */
import { Refusal } from '../lib/refusal.ts';
import type { Clock } from '../ports/clock/clock.ts';
import type { App } from './route.ts';
import { before } from './route-hooks.ts';

const sampleEveryMs = 250;
/** A timer that late, twice in a row, means that requests wait as long before they are even read. */
export const lagMsMax = 1000;
const retryAfterSeconds = 2;

export interface LoadGauge {
  /** How late the last sample came. */
  lagMs(): number;
  isOverloaded(): boolean;
  /** Takes one sample; a timer does so while the server runs. */
  sample(): void;
}

export function createLoadGauge(clock: Clock): LoadGauge {
  let lastMs = clock.monotonicMs();
  let lagMs = 0;
  let lateInARow = 0;
  return {
    lagMs: () => lagMs,
    isOverloaded: () => lateInARow >= 2,
    sample() {
      const nowMs = clock.monotonicMs();
      lagMs = Math.max(0, nowMs - lastMs - sampleEveryMs);
      lastMs = nowMs;
      lateInARow = lagMs > lagMsMax ? lateInARow + 1 : 0;
    },
  };
}

/** Refuses with 503 while overloaded, before anything else is done for the request; what watches the server passes. */
export function shedLoad(app: App, gauge: LoadGauge): void {
  let timer: NodeJS.Timeout | undefined;
  app.addHook('onListen', (done) => {
    timer = setInterval(gauge.sample, sampleEveryMs).unref();
    done();
  });
  app.addHook('onClose', (_app, done) => {
    clearInterval(timer);
    done();
  });
  app.addHook('onRoute', (route) => {
    if (route.config?.limit === 'none') return;
    before(route, 'onRequest', (_request, _reply, done) => {
      if (!gauge.isOverloaded()) done();
      else done(new Refusal('unavailable', 'Too much is going on right now.', { retryAfterSeconds }));
    });
  });
}
