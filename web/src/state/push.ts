/** Notifications that come while no page is open, by the browser's own push service. */
import { api } from '../api/client.ts';

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
    await (await subscription())?.unsubscribe();
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
  return true;
}
