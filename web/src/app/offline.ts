/** Has the service worker keep the app on this device. It is there where Kith is reached by https, or on this machine. */
export function startOffline(): void {
  if (!('serviceWorker' in navigator)) return;
  addEventListener('load', () => {
    // Without it everything works but opening without a network.
    navigator.serviceWorker.register('/sw.js').catch(() => {});
  });
}
