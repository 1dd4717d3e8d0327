import { createHash, ECDH } from 'node:crypto';
import type { Id } from '../../lib/ids.ts';
import type { Principal } from '../../lib/principal.ts';
import { forbidden, invalid, Refusal } from '../../lib/refusal.ts';
import type { Hint } from '../../ports/log/log.ts';
import { type Row, type Write, write } from '../../ports/records/records.ts';
import type { PushDeps } from './push.ts';
import { pushEndpoints, pushStates, pushSubscriptions, type SubscriptionRow } from './tables.ts';

/** What a browser's `PushSubscription.toJSON()` gives. */
export interface NewSubscription {
  endpoint: string;
  keys: { p256dh: string; auth: string };
  /** What the browser or program calls itself. */
  device: string;
}

export interface PushSubscription {
  id: string;
  device: string;
  createdAtMs: number;
  /** Made in the session that asks. */
  current: boolean;
}

/** A person's; the oldest gives way to one more. */
export const subscriptionsMax = 20;
const commitAttemptsMax = 8;
const pointBytes = 65;
const authBytes = 16;

export const endpointId = (endpoint: string): string =>
  createHash('sha256').update(endpoint).digest('base64url').slice(0, 22);

export const pushHint = (userId: Id): Hint => ({ kind: 'push.changed', key: userId, data: { userId } });

export async function readSubscriptions({ records }: PushDeps, userId: Id): Promise<Row<SubscriptionRow>[]> {
  return records.list(pushSubscriptions, [userId], { limit: subscriptionsMax + 1 });
}

/** Has notifications from now on brought to this browser; the same browser again gets the new keys. */
export async function subscribe(
  deps: PushDeps,
  principal: Principal,
  { endpoint, keys, device }: NewSubscription,
): Promise<{ subscription: PushSubscription; isNew: boolean }> {
  const { records, clock, notifications } = deps;
  const { userId, credentialId } = principal;
  if (!credentialId?.startsWith('session:')) throw forbidden('Only a browser that is logged in can be told.');
  checkTarget(endpoint, keys);
  const id = endpointId(endpoint);
  const { items } = await notifications.list(principal, { limit: 1 });
  for (let attempt = 0; attempt < commitAttemptsMax; attempt++) {
    const [rows, state] = await Promise.all([
      readSubscriptions(deps, userId),
      records.get(pushStates, [userId]),
    ]);
    const former = rows.find(({ key }) => key[1] === id);
    const createdAtMs = former?.value.createdAtMs ?? clock.nowMs();
    const row: SubscriptionRow = { endpoint, ...keys, credentialId, device, createdAtMs };
    const others = rows
      .filter((each) => each !== former)
      .sort((a, b) => a.value.createdAtMs - b.value.createdAtMs);
    const leaving = others.slice(0, Math.max(0, others.length + 1 - subscriptionsMax));
    const { committed } = await commit(
      deps,
      userId,
      [
        former
          ? write.replace(pushSubscriptions, former.key, row, former.version)
          : write.insert(pushSubscriptions, [userId, id], row),
        ...leaving.map(({ key, version }) => write.remove(pushSubscriptions, key, version)),
        // What was there before one subscribed is no news.
        ...(state
          ? []
          : [write.insert(pushStates, [userId], { pushedUpTo: items[0]?.id ?? '', recent: [] })]),
      ],
      [write.put(pushEndpoints, [id], { userId })],
    );
    if (committed) return { subscription: { id, device, createdAtMs, current: true }, isNew: !former };
  }
  throw new Refusal('unavailable', 'This is being changed elsewhere. Please try again.');
}

async function commit(
  { records }: PushDeps,
  userId: Id,
  decide: Write[],
  then: Write[] = [],
): Promise<{ committed: boolean }> {
  const result = await records.commit({ decide, then, hints: [pushHint(userId)] });
  return { committed: result.ok };
}

function checkTarget(endpoint: string, { p256dh, auth }: NewSubscription['keys']): void {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  if (url?.protocol !== 'https:' || url.username !== '' || url.password !== '') {
    throw invalid('endpoint', 'This must be the https address that the browser gave.');
  }
  if (Buffer.from(auth, 'base64url').length !== authBytes)
    throw invalid('keys.auth', 'This is not the secret that a browser gives.');
  const point = Buffer.from(p256dh, 'base64url');
  try {
    if (point.length !== pointBytes) throw new RangeError('of another length');
    ECDH.convertKey(point, 'prime256v1');
  } catch {
    throw invalid('keys.p256dh', 'This is not the key that a browser gives.');
  }
}

export async function listSubscriptions(deps: PushDeps, principal: Principal): Promise<PushSubscription[]> {
  const [rows, sessions] = await Promise.all([
    readSubscriptions(deps, principal.userId),
    deps.sessionsOf(principal.userId),
  ]);
  return rows
    .filter(({ value }) => sessions.has(value.credentialId))
    .map(({ key, value: { device, createdAtMs, credentialId } }) => {
      return { id: key[1]!, device, createdAtMs, current: credentialId === principal.credentialId };
    })
    .sort((a, b) => b.createdAtMs - a.createdAtMs);
}

/** Does nothing where there is none. */
export async function unsubscribe(deps: PushDeps, userId: Id, id: string): Promise<void> {
  for (let attempt = 0; attempt < commitAttemptsMax; attempt++) {
    const row = await deps.records.get(pushSubscriptions, [userId, id]);
    if (!row || (await dropSubscription(deps, row))) return;
  }
  throw new Refusal('unavailable', 'This is being changed elsewhere. Please try again.');
}

/** False where it was changed meanwhile. */
export async function dropSubscription(
  deps: PushDeps,
  { key, version }: Row<SubscriptionRow>,
): Promise<boolean> {
  const { committed } = await commit(deps, key[0]!, [write.remove(pushSubscriptions, key, version)]);
  return committed;
}

export async function eraseSubscriptions(deps: PushDeps, userId: Id): Promise<boolean> {
  const { records } = deps;
  const [rows, state] = await Promise.all([
    readSubscriptions(deps, userId),
    records.get(pushStates, [userId]),
  ]);
  if (rows.length === 0 && !state) return true;
  const endpoints = await records.getMany(
    pushEndpoints,
    rows.map(({ key }) => [key[1]!]),
  );
  const { committed } = await commit(
    deps,
    userId,
    [
      ...rows.map(({ key, version }) => write.remove(pushSubscriptions, key, version)),
      ...(state ? [write.remove(pushStates, [userId], state.version)] : []),
    ],
    endpoints.flatMap((row) => (row?.value.userId === userId ? [write.remove(pushEndpoints, row.key)] : [])),
  );
  return committed;
}
