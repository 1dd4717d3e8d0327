/**
 * Notifications while no page is open. From here no push service can be reached, and a browser without a screen shows
 * no notifications: so what a service would give the browser is made up, what it would bring is handed to the service
 * worker by the browser's own tools, and what that would show is written down. That only the browser can read what is
 * sent is tested in `src/adapters/web-push`.
 */
import assert from 'node:assert/strict';
import { createECDH, randomBytes } from 'node:crypto';
import { after, before } from 'node:test';
import type { CDPSession } from 'playwright-core';
import { openPlace, type Place, step, type Visitor } from './visitors.ts';

let place: Place;
let ida: Visitor;
let tools: CDPSession;
let registrationId: string;
const everybody = () => [ida];

before(async () => {
  place = await openPlace();
  ida = await place.member('ida', { serviceWorkers: 'allow' });
  await ida.page.evaluate(() => localStorage.setItem('kith.language', 'de'));
});
after(() => place.close());

/** What a push service gives a browser that subscribes. */
async function pretendToSubscribe({ context }: Visitor): Promise<void> {
  const keys = {
    p256dh: createECDH('prime256v1').generateKeys('base64url'),
    auth: randomBytes(16).toString('base64url'),
  };
  await context.addInitScript((given) => {
    const asked: PushSubscriptionOptionsInit[] = [];
    let made: object | null = null;
    Object.assign(window, { asked });
    Object.defineProperty(Notification, 'permission', { get: () => 'granted' });
    Notification.requestPermission = async () => 'granted';
    PushManager.prototype.getSubscription = async () => made as PushSubscription | null;
    PushManager.prototype.subscribe = async (options = {}) => {
      asked.push(options);
      made = {
        toJSON: () => ({ endpoint: 'https://push.example/ida', keys: given }),
        unsubscribe: async () => {
          made = null;
          return true;
        },
      };
      return made as PushSubscription;
    };
  }, keys);
}

const subscriptions = async () => {
  const answer = await ida.context.request.get('/v1/push');
  return ((await answer.json()) as { subscriptions: { current: boolean }[] }).subscriptions;
};

interface Told {
  title: string;
  body: string;
  tag: string;
  data: { path: string };
}

interface WorkerGlobals {
  registration: ServiceWorkerRegistration;
  told: Promise<Told>;
}

/** Brings something as a push service would, and answers what the service worker then shows. */
async function deliver(news: object): Promise<Told> {
  const worker = ida.context.serviceWorkers()[0]!;
  await worker.evaluate(() => {
    const globals = globalThis as unknown as WorkerGlobals;
    globals.told = new Promise((resolve) => {
      globals.registration.showNotification = async (title, { body, tag, data } = {}) =>
        resolve({ title, body, tag, data } as Told);
    });
  });
  const data = JSON.stringify(news);
  await tools.send('ServiceWorker.deliverPushMessage', { origin: place.url, registrationId, data });
  return worker.evaluate(() => (globalThis as unknown as WorkerGlobals).told);
}

step('subscribes through the service worker, with the key of the installation', everybody, async () => {
  const { page } = ida;
  await pretendToSubscribe(ida);
  await page.goto('/settings/look');
  await page.getByRole('switch', { name: 'Mitteilungen auf diesem Gerät' }).click();
  await page.getByRole('switch', { name: 'Mitteilungen auf diesem Gerät', checked: true }).waitFor();
  const [asked] = await page.evaluate(
    () => (window as unknown as { asked: PushSubscriptionOptionsInit[] }).asked,
  );
  const { publicKey } = (await (await ida.context.request.get('/v1/push')).json()) as { publicKey: string };
  assert.deepEqual(asked, { userVisibleOnly: true, applicationServerKey: publicKey });
  assert.deepEqual(
    (await subscriptions()).map(({ current }) => current),
    [true],
  );
});

step('shows what is pushed, in the person’s language', everybody, async () => {
  tools = await ida.context.newCDPSession(ida.page);
  const registered = new Promise<string>((resolve) => {
    tools.on('ServiceWorker.workerRegistrationUpdated', ({ registrations: [first] }) => {
      if (first) resolve(first.registrationId);
    });
  });
  await tools.send('ServiceWorker.enable');
  registrationId = await registered;
  const news = { tag: 'like:1', text: 'Ann and 3 others liked your post', path: '/p/1', unread: 1 };
  assert.deepEqual(await deliver({ ...news, kind: 'like', names: ['Ann', 'Bob'], count: 4 }), {
    title: 'Kith',
    body: 'Ann, Bob und 2 weitere: Reaktion auf deinen Beitrag',
    tag: 'like:1',
    data: { path: '/p/1' },
  });
  const { body } = await deliver({ ...news, kind: 'of a later version', names: ['Ann'], count: 1 });
  assert.equal(body, news.text);
});

step('takes it back', everybody, async () => {
  const { page } = ida;
  await page.getByRole('switch', { name: 'Mitteilungen auf diesem Gerät' }).click();
  await page.getByRole('switch', { name: 'Mitteilungen auf diesem Gerät', checked: false }).waitFor();
  assert.deepEqual(await subscriptions(), []);
});
