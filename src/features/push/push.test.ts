import assert from 'node:assert/strict';
import { createECDH } from 'node:crypto';
import { test } from 'node:test';
import { createIdSource } from '../../lib/ids.ts';
import type { Principal } from '../../lib/principal.ts';
import { Refusal } from '../../lib/refusal.ts';
import { manualClock } from '../../ports/clock/clock.ts';
import { memoryPush, type PushOutcome } from '../../ports/push/push.ts';
import { createMemoryStore } from '../../ports/records/memory-store.ts';
import type { Account } from '../accounts/index.ts';
import type { NotificationView } from '../notifications/index.ts';
import { createPush } from './index.ts';
import { freshMs, quietMs } from './push-news.ts';

const browserKey = createECDH('prime256v1').generateKeys('base64url');
const keys = { p256dh: browserKey, auth: Buffer.alloc(16, 7).toString('base64url') };

async function world(answer?: (endpoint: string, attempt: number) => PushOutcome) {
  const clock = manualClock();
  const ids = createIdSource({ nowMs: clock.nowMs });
  const { records, log } = createMemoryStore({ nowMs: clock.nowMs });
  const lists = new Map<string, NotificationView[]>();
  const sessions = new Set<string>();
  const inactive = new Set<string>();
  const reported: unknown[] = [];
  const waits: number[] = [];
  let attempts = 0;
  const sender = memoryPush(({ endpoint }) => answer?.(endpoint, ++attempts) ?? { kind: 'sent' });
  const push = createPush({
    records,
    clock,
    sender,
    accounts: { get: async (id) => ({ state: inactive.has(id) ? 'deactivated' : 'active' }) as Account },
    sessionsOf: async () => sessions,
    notifications: {
      list: async ({ userId }, { limit }) => {
        const all = lists.get(userId) ?? [];
        return { items: all.slice(0, limit), nextCursor: null, unread: all.length };
      },
    },
    report: (error) => reported.push(error),
    wait: async (ms) => void waits.push(ms),
  });
  const subscription = await push.consume(log);
  const enter = (name = ids.next()): Principal => {
    sessions.add(`session:${name}`);
    return { userId: ids.next(), isAdmin: false, credentialId: `session:${name}` };
  };
  const browser = (person: Principal, endpoint = `https://push.example/${person.userId}`) =>
    push.subscribe(person, { endpoint, keys, device: 'a browser' });
  /** Something happens to somebody, as the notifier writes it. */
  const tell = ({ userId }: Principal, more: Partial<NotificationView> = {}) => {
    const view = {
      id: ids.next(),
      kind: 'like',
      actors: [],
      actorCount: 1,
      post: { id: 'p1', excerpt: '' },
      comment: null,
      file: null,
      text: 'Bob liked your post',
      createdAtMs: clock.nowMs(),
      updatedAtMs: clock.nowMs(),
      read: false,
      ...more,
    } as NotificationView;
    lists.set(userId, [view, ...(lists.get(userId) ?? [])]);
  };
  /** Resolves when what was told has been pushed, or not. */
  const hear = async ({ userId }: Principal) => {
    const hint = { kind: 'notification.changed', key: userId, data: { userId } };
    await records.commit({ decide: [], hints: [hint] });
    await subscription.caughtUp();
    await push.idle();
  };
  const happens = async (person: Principal, more?: Partial<NotificationView>) => {
    tell(person, more);
    await hear(person);
  };
  const texts = () => sender.sent.splice(0).map(({ message }) => JSON.parse(message.text));
  const close = () => subscription.close();
  return {
    clock,
    push,
    sessions,
    inactive,
    sender,
    reported,
    waits,
    enter,
    browser,
    tell,
    hear,
    happens,
    texts,
    close,
  };
}

const refuses = (code: string) => (error: unknown) => error instanceof Refusal && error.code === code;

test('PUSH-1: what a browser did not give is refused; the same browser is one subscription; 20 are kept', async () => {
  const w = await world();
  const ann = w.enter();
  const device = 'x';
  for (const [endpoint, given] of [
    ['http://push.example/1', keys],
    ['https://me:secret@push.example/1', keys],
    ['nonsense', keys],
    ['https://push.example/1', { ...keys, auth: 'AAAA' }],
    ['https://push.example/1', { ...keys, p256dh: Buffer.alloc(65, 4).toString('base64url') }],
    ['https://push.example/1', { ...keys, p256dh: '' }],
  ] as const)
    await assert.rejects(w.push.subscribe(ann, { endpoint, keys: given, device }), refuses('invalid'));
  const script = { ...ann, credentialId: 'app-password:x' };
  await assert.rejects(w.browser(script), refuses('forbidden'));
  assert.equal((await w.browser(ann)).isNew, true);
  assert.equal((await w.browser(ann)).isNew, false);
  for (let i = 0; i < 20; i++) {
    w.clock.advance(1);
    await w.browser(ann, `https://push.example/${i}`);
  }
  const list = await w.push.list(ann);
  assert.deepEqual([list.length, list[0]!.current], [20, true]);
  await w.push.unsubscribe(ann, list[0]!.id);
  await w.push.unsubscribe(ann, list[0]!.id);
  assert.equal((await w.push.list(ann)).length, 19);
  await w.close();
});

test('PUSH-4, PUSH-5: what is new is pushed once; nothing old, read or repeated is', async () => {
  const w = await world();
  const ann = w.enter();
  w.tell(ann);
  await w.browser(ann);
  await w.hear(ann);
  assert.deepEqual(w.texts(), []);
  const bob = { username: 'bob', displayName: 'Bob' } as never;
  await w.happens(ann, { post: { id: 'p2', excerpt: '' }, actors: [bob] });
  await w.hear(ann);
  const told = { kind: 'like', text: 'Bob liked your post', names: ['Bob'], count: 1 };
  assert.deepEqual(w.texts(), [{ tag: 'like:p2', ...told, path: '/p/p2', unread: 2 }]);
  await w.happens(ann, { post: { id: 'p2', excerpt: '' }, text: 'Bob and Eve liked your post' });
  await w.happens(ann, { post: { id: 'p3', excerpt: '' }, read: true });
  await w.happens(ann, { post: { id: 'p4', excerpt: '' }, updatedAtMs: w.clock.nowMs() - freshMs });
  assert.deepEqual(w.texts(), []);
  w.tell(ann, { kind: 'follow-request', post: null });
  w.tell(ann, { kind: 'follow', post: null, actors: [{ username: 'eve' } as never] });
  w.tell(ann, { kind: 'file-share', post: null, file: { id: 'f1', name: 'Recipes', kind: 'folder' } });
  await w.hear(ann);
  assert.deepEqual(
    w.texts().map(({ path }) => path),
    ['/requests', '/@eve', '/files/shared/f1'],
  );
  w.clock.advance(quietMs);
  await w.happens(ann, { post: { id: 'p2', excerpt: '' }, text: 'Bob and 2 others liked your post' });
  assert.equal(w.texts().length, 1);
  for (let i = 0; i < 30; i++) await w.happens(ann, { post: { id: `q${i}`, excerpt: '' } });
  assert.equal(w.texts().length, 19);
  await w.close();
});

test('PUSH-3: it ends with its session, its account’s being active, and when somebody else uses the browser', async () => {
  const w = await world();
  const [ann, bob, eve] = [w.enter('a'), w.enter('b'), w.enter('e')];
  await w.browser(ann, 'https://push.example/shared');
  await w.browser(bob, 'https://push.example/shared');
  await w.happens(ann);
  assert.deepEqual(w.texts(), []);
  assert.deepEqual(await w.push.list(ann), []);
  await w.happens(bob);
  assert.equal(w.texts().length, 1);
  w.sessions.delete('session:b');
  await w.happens(bob, { kind: 'follow', post: null });
  assert.deepEqual(w.texts(), []);
  await w.browser(eve);
  w.inactive.add(eve.userId);
  await w.happens(eve);
  assert.deepEqual(w.texts(), []);
  await w.close();
});

test('PUSH-6: it is tried three times, as late as the service says; gone or refused ones are dropped', async () => {
  const later: PushOutcome = { kind: 'later', why: 'busy', afterMs: 3_600_000 };
  const w = await world((endpoint, attempt) => {
    if (endpoint.endsWith('gone')) return { kind: 'gone' };
    if (endpoint.endsWith('odd')) return { kind: 'refused', why: 'no' };
    return attempt < 3 ? { ...later, ...(attempt === 2 && { afterMs: 1000 }) } : { kind: 'sent' };
  });
  const [ann, bob, eve] = [w.enter(), w.enter(), w.enter()];
  await w.browser(ann);
  await w.happens(ann);
  assert.equal(w.texts().length, 1);
  assert.deepEqual(w.waits, [60_000, 1000]);
  for (const [person, name] of [
    [bob, 'gone'],
    [eve, 'odd'],
  ] as const) {
    await w.browser(person, `https://push.example/${name}`);
    await w.happens(person);
    assert.deepEqual(await w.push.list(person), []);
  }
  assert.deepEqual(w.reported, []);
  await w.close();
  const never = await world(() => later);
  await never.browser(ann);
  never.sessions.add(ann.credentialId!);
  await never.happens(ann);
  assert.deepEqual([never.reported.length, never.waits.length], [1, 2]);
  assert.equal((await never.push.list(ann)).length, 1);
  await never.close();
});

test('PUSH-8: erasing leaves nothing', async () => {
  const w = await world();
  const ann = w.enter();
  await w.browser(ann);
  assert.equal(await w.push.eraseOf(ann.userId), true);
  assert.equal(await w.push.eraseOf(ann.userId), true);
  await w.happens(ann);
  assert.deepEqual(w.texts(), []);
  await w.close();
});
