/**
 * Keeps the app itself on the device, so that it opens at once and without a network. What people wrote is not kept
 * here; the app remembers the last feed by itself. Photos that were shown stay for a while, as many as `photosMax`.
 */
const appCache = 'kith-app';
const photoCache = 'kith-photos';
const wordsCache = 'kith-words';
const pushWords = '/push-words';
const photosMax = 150;
const navigationMsMax = 3000;
const home = '/';
/** The app's page without anything in it. */
const shell = '/index.html';
const list = '/offline.json';

addEventListener('install', (event) => {
  event.waitUntil(refreshApp().then(() => skipWaiting()));
});

addEventListener('activate', (event) => {
  event.waitUntil(clients.claim());
});

addEventListener('message', (event) => {
  // Whoever logs out leaves no pictures behind.
  if (event.data === 'forget') event.waitUntil(caches.delete(photoCache));
});

addEventListener('push', (event) => {
  event.waitUntil(tell(event.data.json()));
});

addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(openPage(event.notification.data.path));
});

addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET') return;
  if (request.mode === 'navigate' && url.origin === location.origin) {
    if (isPage(url.pathname)) event.respondWith(navigate(event, url));
  } else if (url.origin === location.origin && url.pathname.startsWith('/assets/')) {
    event.respondWith(fromCache(request));
  } else if (request.destination === 'image' && /^\/(media|v1\/blobs)\//.test(url.pathname)) {
    event.respondWith(fromPhotos(event, request));
  }
});

async function tell(news) {
  const { tag, path } = news;
  const body = (await inOwnWords(news)) ?? news.text;
  const icon = '/icon-192.png';
  await registration.showNotification('Kith', { body, tag, icon, badge: icon, data: { path } });
}

/** In the person's language, as the app left its words (`web/src/state/push.ts`). */
async function inOwnWords({ kind, names = [], count }) {
  const kept = await caches.match(pushWords, { cacheName: wordsCache });
  const { locale, words } = kept ? await kept.json() : {};
  const [first, second, third] = names;
  if (!words?.[`note.${kind}`] || !first) return undefined;
  const more = words['note.namesMore'];
  const manyWords = () => more[new Intl.PluralRules(locale).select(count - 2)] ?? more.other;
  const pattern = !second
    ? '{first}'
    : count === 2
      ? words['note.names2']
      : count === 3 && third
        ? words['note.names3']
        : manyWords();
  const values = { first, second, third, count: new Intl.NumberFormat(locale).format(count - 2) };
  const filled = (text, by) => text.replace(/\{(\w+)\}/g, (whole, name) => by[name] ?? whole);
  return filled(words[`note.${kind}`], { names: filled(pattern, values) });
}

/** In a window of the app that is open already, if there is one. */
async function openPage(path) {
  const [open] = await clients.matchAll({ type: 'window' });
  if (!open) return clients.openWindow(path);
  await open.focus();
  return open.navigate(path);
}

const isPage = (path) => !/^\/(v1|media|dav|docs|assets|s)(\/|$)|\.\w+$/.test(path);

/** The feed opens from here and is brought up to date behind it; other pages come from the server while it answers. */
async function navigate(event, { pathname }) {
  const kept = await caches.match(shell);
  if (pathname === home && kept) {
    event.waitUntil(refreshApp().catch(() => {}));
    return kept;
  }
  try {
    return await withinTime(fetch(event.request));
  } catch (error) {
    if (kept) return kept;
    throw error;
  }
}

function withinTime(answer) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('too late')), navigationMsMax);
    answer.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** Fetches what a new build has, and changes over to it when all of it is here. */
async function refreshApp() {
  const cache = await caches.open(appCache);
  const [page, names] = await Promise.all([
    fetch(shell, { cache: 'no-cache', headers: { accept: 'text/html' } }),
    fetch(list, { cache: 'no-cache' }),
  ]);
  if (!page.ok || !names.ok) throw new Error('the app cannot be fetched now');
  const wanted = await names.json();
  await Promise.all(
    wanted.map(async (name) => {
      if (!(await cache.match(name))) await cache.add(name);
    }),
  );
  await cache.put(shell, page);
  const kept = new Set([shell, ...wanted]);
  for (const request of await cache.keys()) {
    if (!kept.has(new URL(request.url).pathname)) await cache.delete(request);
  }
}

async function fromCache(request) {
  return (await caches.match(request, { ignoreVary: true })) ?? fetch(request);
}

async function fromPhotos(event, request) {
  const cache = await caches.open(photoCache);
  const kept = await cache.match(request, { ignoreVary: true });
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok && answer.status === 200 && answer.type === 'basic') {
    const copy = answer.clone();
    event.waitUntil(cache.put(request, copy).then(() => trim(cache)));
  }
  return answer;
}

async function trim(cache) {
  const requests = await cache.keys();
  await Promise.all(
    requests.slice(0, Math.max(0, requests.length - photosMax)).map((each) => cache.delete(each)),
  );
}
