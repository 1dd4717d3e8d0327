/** Messages on their way to push services: so many at once, tried so often, and given up in the end. */
import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Row } from '../../ports/records/records.ts';
import type { PushDeps } from './push.ts';
import type { PushText } from './push-news.ts';
import { dropSubscription } from './subscribe.ts';
import type { SubscriptionRow } from './tables.ts';

export interface Delivery {
  send(row: Row<SubscriptionRow>, text: PushText): void;
  /** Takes a subscription away that counts no more. */
  drop(row: Row<SubscriptionRow>): void;
  idle(): Promise<void>;
  /** Waits for nothing further, and ends when what is under way has. */
  stop(): Promise<void>;
}

const ttlSeconds = 86_400;
const textCharactersMax = 500;
const atOnceMax = 16;
/** On their way in one process. Beyond it messages are let go: what they tell stands in the list anyway. */
export const underWayMax = 2000;
export const attemptsMax = 3;
const waitMsMin = 2_000;
const waitMsMax = 60_000;

export function createDelivery(deps: PushDeps): Delivery {
  const { sender, report } = deps;
  const stopping = new AbortController();
  const wait = deps.wait ?? ((ms: number) => pause(ms, undefined, { signal: stopping.signal, ref: false }));
  const underWay = new Set<Promise<void>>();
  const waiting: (() => void)[] = [];
  let active = 0;

  const inTurn = async <T>(work: () => Promise<T>): Promise<T> => {
    if (active >= atOnceMax) await new Promise<void>((resolve) => waiting.push(resolve));
    active++;
    try {
      return await work();
    } finally {
      active--;
      waiting.shift()?.();
    }
  };

  const track = (doing: string, work: () => Promise<void>) => {
    if (underWay.size >= underWayMax || stopping.signal.aborted) return;
    const run = work()
      .catch((error: unknown) => {
        if (!stopping.signal.aborted) report(error, doing);
      })
      .finally(() => underWay.delete(run));
    underWay.add(run);
  };

  const deliver = async (row: Row<SubscriptionRow>, { tag, ...rest }: PushText): Promise<void> => {
    const message = {
      text: JSON.stringify({ tag, ...rest, text: rest.text.slice(0, textCharactersMax) }),
      ttlSeconds,
      topic: createHash('sha256').update(tag).digest('base64url').slice(0, 32),
    };
    for (let attempt = 1; ; attempt++) {
      const outcome = await inTurn(() => sender.send(row.value, message));
      if (outcome.kind === 'sent') return;
      // A target that is refused once will be again: the browser makes a new one when its owner comes back.
      if (outcome.kind !== 'later') return void (await dropSubscription(deps, row));
      if (attempt >= attemptsMax) throw new Error(outcome.why);
      await wait(Math.min(waitMsMax, outcome.afterMs ?? waitMsMin * 4 ** (attempt - 1)));
    }
  };

  const idle = async () => {
    while (underWay.size > 0) await Promise.all(underWay);
  };
  return {
    send: (row, text) => track('pushing a notification', () => deliver(row, text)),
    drop: (row) =>
      track('dropping a push subscription', async () => void (await dropSubscription(deps, row))),
    idle,
    async stop() {
      stopping.abort();
      await idle();
    },
  };
}
