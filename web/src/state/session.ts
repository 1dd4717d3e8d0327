/** Who is here. The session itself is a cookie that scripts cannot read; this is only what we know of its owner. */
import type { OwnUser } from '../../../sdk/schema.ts';
import { api, KithError } from '../api/client.ts';
import { queryClient } from '../api/query-client.ts';
import { keep, kept } from './keep.ts';
import { createStore, useStore } from './store.ts';

const meKey = 'kith.me';
const own = createStore<OwnUser | null>(kept<OwnUser>(meKey) ?? null);

export const me = own.get;
export const onMeChange = own.subscribe;
export const useMe = (): OwnUser | null => useStore(own);

let lastOwner: OwnUser | null = own.get();

/** For components inside pages that nobody sees without an account. When a session ends they are there a moment longer. */
export function useOwner(): OwnUser {
  const user = useMe() ?? lastOwner;
  if (!user) throw new Error('this page needs an account');
  return user;
}

export function rememberMe(user: OwnUser | null): void {
  if (user) lastOwner = user;
  keep(meKey, user);
  own.set(user);
}

/** Forgets everything of the person who was here. */
export function forgetSession(): void {
  rememberMe(null);
  queryClient.clear();
  navigator.serviceWorker?.controller?.postMessage('forget');
  for (const storage of [localStorage, sessionStorage]) {
    for (const key of Object.keys(storage)) if (key.startsWith('kith.own.')) storage.removeItem(key);
  }
}

let isKnownAnew = false;

/**
 * Where the page says whose session this is, that is so. Where it only says that there is one, and there is no memory
 * of whose, as after the storage was cleared, asks. To be awaited before anything is drawn.
 */
export async function findMe(): Promise<void> {
  const said = document.querySelector<HTMLMetaElement>('meta[name="kith-me"]')?.content;
  if (said) {
    isKnownAnew = true;
    const user = JSON.parse(said) as OwnUser;
    // Somebody else was here before.
    if (own.get() && own.get()?.id !== user.id) forgetSession();
    return rememberMe(user);
  }
  const hasSession = document.querySelector('meta[name="kith-session"]') !== null;
  // What the server put into the page is for strangers: the session may have ended meanwhile.
  if (own.get() && !hasSession && document.querySelector('#app > *')) await refreshMe();
  if (own.get() || !hasSession) return;
  try {
    isKnownAnew = true;
    rememberMe(await api.get('/v1/users/me'));
  } catch {
    // It has ended, or there is no network: a visitor then.
  }
}

/** Asks whether the session is still good, without keeping anybody waiting. */
export async function refreshMe(): Promise<void> {
  if (!own.get()) return;
  if (isKnownAnew) {
    isKnownAnew = false;
    return;
  }
  try {
    rememberMe(await api.get('/v1/users/me'));
  } catch (error) {
    if (error instanceof KithError && error.status === 401) forgetSession();
  }
}

export async function logOut(): Promise<void> {
  await api.delete('/v1/sessions/current');
  forgetSession();
}
