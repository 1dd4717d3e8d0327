/** Notifications that come while no page is open, by the browser's own push service. */
import { api } from '../api/client.ts';
import { catalogueOf, localeName } from '../i18n/translate.ts';

export const canPush = (): boolean =>
  'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window;

const subscription = async (): Promise<PushSubscription | null> => {
  const worker = await navigator.serviceWorker.getRegistration();
  return (await worker?.pushManager.getSubscription()) ?? null;
};

export const isPushing = async (): Promise<boolean> => canPush() && (await subscription()) !== null;

/** Answers whether the browser allows it. */
export async function setPushing(isWished: boolean): Promise<boolean> {
  if (!isWished) {
    await stopPushing();
    return true;
  }
  if ((await Notification.requestPermission()) !== 'granted') return false;
  const { publicKey } = await api.get('/v1/push');
  const worker = await navigator.serviceWorker.ready;
  const made = await worker.pushManager.subscribe({
    userVisibleOnly: true,
    applicationServerKey: publicKey,
  });
  const { endpoint = '', keys = {} } = made.toJSON();
  const { p256dh = '', auth = '' } = keys;
  await api.post('/v1/push/subscriptions', { body: { endpoint, keys: { p256dh, auth } } });
  await keepPushWords();
  return true;
}

async function stopPushing(): Promise<void> {
  await (await subscription())?.unsubscribe();
  const { subscriptions } = await api.get('/v1/push');
  for (const { id, current } of subscriptions) {
    if (current) await api.delete('/v1/push/subscriptions/{id}', { path: { id } });
  }
}

const wordsCache = 'kith-words';
const wordsAddress = '/push-words';

/** Leaves the words for notifications where the service worker finds them (`web/public/sw.js`). */
export async function keepPushWords(): Promise<void> {
  if (!canPush() || Notification.permission !== 'granted') return;
  const words = catalogueOf([
    'note.like',
    'note.comment',
    'note.reply',
    'note.mention',
    'note.follow',
    'note.follow-request',
    'note.request-accepted',
    'note.file-share',
    'note.names2',
    'note.names3',
    'note.namesMore',
  ]);
  const cache = await caches.open(wordsCache);
  await cache.put(wordsAddress, Response.json({ locale: localeName(), words }));
}
