import { systemClock } from '../../src/ports/clock/clock.ts';
import { Connection } from './connection.ts';
import { openEventStream } from './event-stream.ts';
import { LatencyLog } from './latency.ts';
import type { DeliveryPlan, DeliveryResult } from './plan.ts';
import { readRequestFile } from './request-file.ts';

const settleMs = 3_000;
const idPattern = /"id":"([0-9a-z]+)"/;
const postIdPattern = /"(?:postId|id)":"([0-9a-z]+)"/;

/** Posts at a steady rate and times, for every online follower, from the acknowledgement to the event. */
export async function runDelivery(plan: DeliveryPlan): Promise<DeliveryResult> {
  const { port, tokens, connections, requestFile, ratePerSecond, durationMs } = plan;
  const acknowledgedAtMs = new Map<string, number>();
  const early = new Map<string, number[]>();
  const delays = new LatencyLog();
  const acknowledgements = new LatencyLog();
  let beforeAcknowledgement = 0;
  const onEvent = (kind: string, data: string) => {
    if (kind !== 'post') return;
    const id = postIdPattern.exec(data)?.[1];
    if (id === undefined) return;
    const nowMs = systemClock.monotonicMs();
    const sinceMs = acknowledgedAtMs.get(id);
    if (sinceMs === undefined) early.set(id, [...(early.get(id) ?? []), nowMs]);
    else delays.add(nowMs - sinceMs);
  };
  const streams = await Promise.all(tokens.map((token) => openEventStream({ port, token }, onEvent)));
  const open = () => Connection.open({ port, keepBody: true });
  const free = await Promise.all(Array.from({ length: connections }, open));
  const all = [...free];
  const requests = readRequestFile(requestFile);
  let refused = 0;
  let index = 0;
  const send = async (connection: Connection) => {
    const sentMs = systemClock.monotonicMs();
    const { status, body } = await connection.request(requests[index++ % requests.length]!);
    const nowMs = systemClock.monotonicMs();
    free.push(connection);
    const id = idPattern.exec(body)?.[1];
    if (status !== 201 || id === undefined) {
      refused++;
      return;
    }
    acknowledgements.add(nowMs - sentMs);
    acknowledgedAtMs.set(id, nowMs);
    // An event may overtake the answer to the request that caused it: no time at all for its follower.
    for (const _ of early.get(id) ?? []) {
      beforeAcknowledgement++;
      delays.add(0);
    }
    early.delete(id);
  };
  const gapMs = 1000 / ratePerSecond;
  const startMs = systemClock.monotonicMs();
  let dueMs = startMs;
  let late = 0;
  await new Promise<void>((resolve) => {
    const tick = () => {
      const nowMs = systemClock.monotonicMs();
      for (; dueMs <= nowMs; dueMs += gapMs) {
        const connection = free.pop();
        if (connection) send(connection).catch(() => refused++);
        else late++;
      }
      if (nowMs - startMs < durationMs) setImmediate(tick);
      else setTimeout(resolve, settleMs);
    };
    tick();
  });
  for (const stream of streams) stream.close();
  for (const connection of all) connection.close();
  return {
    posts: acknowledgedAtMs.size,
    refused,
    notSent: late,
    events: delays.count,
    beforeAcknowledgement,
    delayMs: delays.summary(),
    acknowledgeMs: acknowledgements.summary(),
  };
}
