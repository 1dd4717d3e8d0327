import { type Id, idTimeMs, idToNumber } from '../../lib/ids.ts';
import type { LogEntry } from '../../ports/log/log.ts';
import type { Home, Target } from './conditional-rows.ts';
import type { Effect, Plan } from './plan.ts';

/**
 * What is written before anything else happens: enough to finish a commit, or to end it, without whoever began it.
 * Keep old forms readable: a newer version sweeps what an older one left behind.
 */
export interface OutboxRecord {
  id: Id;
  stamp: number;
  home: Home | undefined;
  claims: Target[];
  effects: Effect[];
  entries: LogEntry[];
}

/**
 * How far a commit has come, as far as the outbox knows; the marker knows better.
 * `begun`: its marker decides. `decided`: surely committed. `settled`: what follows is written.
 * `done`: its hints are published too. `aborted`: never happens.
 */
export type OutboxState = 'begun' | 'decided' | 'settled' | 'done' | 'aborted';

/** Each state is written above those it may follow, so that they never step back. */
export const stateRank: Record<OutboxState, number> = {
  begun: 0,
  decided: 0,
  settled: 1,
  done: 2,
  aborted: 2,
};

export const bucketMs = 10 * 60_000;
export const shards = 16;

export const bucketAt = (ms: number): number => Math.floor(ms / bucketMs);
export const bucketOf = (id: Id): number => bucketAt(idTimeMs(id));
export const shardOf = (id: Id): number => idTimeMs(id) % shards;
export const dayOfBucket = (bucket: number): number => Math.floor((bucket * bucketMs) / 86_400_000);

/** The id of a commit is that of its last hint. */
export function makeRecord(plan: Plan, hintIds: readonly Id[], stamp: number, atMs: number): OutboxRecord {
  return {
    id: hintIds.at(-1)!,
    stamp,
    home: plan.home,
    claims: plan.claims.map(({ home, family, key }) => ({ home, family, key })),
    effects: plan.effects,
    entries: plan.hints.map((hint, i) => ({ ...hint, position: idToNumber(hintIds[i]!), atMs })),
  };
}

type Payload = Omit<OutboxRecord, 'id' | 'stamp' | 'home'> & { home: Home | null };

export function encodeRecord({ home, claims, effects, entries }: OutboxRecord): string {
  return JSON.stringify({ home: home ?? null, claims, effects, entries } satisfies Payload);
}

export function decodeRecord(id: Id, stamp: number, text: string): OutboxRecord {
  const { home, claims, effects, entries } = JSON.parse(text) as Payload;
  return { id, stamp, home: home ?? undefined, claims, effects, entries };
}
