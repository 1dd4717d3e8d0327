/**
 * When the process cannot keep up, answering fewer requests quickly serves people better than answering all of
 * them too late. How far timers run behind says whether it keeps up. What people miss least goes first: the order by
 * relevance, then search, then further live streams, then everything new. What was acknowledged is never given up.
 */
import { Refusal } from '../lib/refusal.ts';
import type { Clock } from '../ports/clock/clock.ts';
import type { App } from './route.ts';
import { before } from './route-hooks.ts';

const sampleEveryMs = 250;
/** A timer that late, twice in a row, means that requests wait as long before they are even read. */
export const lagMsMax = 1000;
/** How late timers run when each is given up, in that order. */
export const shedFromMs = { relevance: 250, search: 500, live: 750, everything: lagMsMax } as const;
export type Shed = keyof typeof shedFromMs;
const retryAfterSeconds = 2;

export interface LoadGauge {
  /** How late the last sample came. */
  lagMs(): number;
  /** Whether this is given up now. */
  sheds(what: Shed): boolean;
  /** Takes one sample; a timer does so while the server runs. */
  sample(): void;
}

export function createLoadGauge(clock: Clock): LoadGauge {
  let lastMs = clock.monotonicMs();
  let lagMs = 0;
  let steadyLagMs = 0;
  return {
    lagMs: () => lagMs,
    sheds: (what) => steadyLagMs > shedFromMs[what],
    sample() {
      const nowMs = clock.monotonicMs();
      const before = lagMs;
      lagMs = Math.max(0, nowMs - lastMs - sampleEveryMs);
      steadyLagMs = Math.min(before, lagMs);
      lastMs = nowMs;
    },
  };
}

/**
 * Refuses with 503 what is given up now, before anything else is done for the request; what watches the server
 * passes. Routes ask `app.load` where they can do with less instead. Answers how many were refused, by what.
 */
export function shedLoad(app: App, gauge: LoadGauge): Readonly<Record<Shed, number>> {
  const refused = { relevance: 0, search: 0, live: 0, everything: 0 };
  app.decorate('load', gauge);
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
    const kind: Shed =
      route.config?.limit === 'search' ? 'search' : route.config?.isStream ? 'live' : 'everything';
    before(route, 'onRequest', (_request, _reply, done) => {
      if (!gauge.sheds(kind)) return done();
      refused[kind]++;
      done(new Refusal('unavailable', 'Too much is going on right now.', { retryAfterSeconds }));
    });
  });
  return refused;
}

declare module 'fastify' {
  interface FastifyInstance {
    load: LoadGauge;
  }
}
