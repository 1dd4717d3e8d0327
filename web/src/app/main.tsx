import '../styles/tokens.css';
import '../styles/fonts.css';
import '../styles/base.css';
import '../styles/controls.css';
import '../styles/frame.css';
import '../styles/post.css';
import '../styles/media.css';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { createRoot } from 'react-dom/client';
import { queryClient } from '../api/query-client.ts';
import { startLanguage } from '../i18n/translate.ts';
import { keepFeed, restoreFeed } from '../state/feed-memory.ts';
import { catchUp, startLive } from '../state/live.ts';
import { startOutbox } from '../state/outbox.ts';
import { followTheme } from '../state/preferences.ts';
import { keepPushWords } from '../state/push.ts';
import { findMe, me, onMeChange, refreshMe } from '../state/session.ts';
import { startOffline } from './offline.ts';
import { reloadOnce } from './reload-once.ts';
import { router } from './router.tsx';
import { untilWhole } from './take-over.ts';

const freshFeedMsMax = 150;

/** Some browsers say how long an answer takes about. */
const isKnownSlow = (): boolean =>
  ((navigator as { connection?: { rtt?: number } }).connection?.rtt ?? 0) > freshFeedMsMax;

/** Not awaited by the module itself: files of pages import from it, and would wait for each other. */
async function start(): Promise<void> {
  await Promise.all([startLanguage(), findMe()]);
  keepFeed();
  const isRestored = restoreFeed();
  await untilWhole(router);
  // A quick network is waited for, so that the feed is drawn once and whole; a slow one is not.
  const fresh = isRestored ? catchUp() : undefined;
  if (fresh && !isKnownSlow())
    await Promise.race([fresh, new Promise((go) => setTimeout(go, freshFeedMsMax))]);
  createRoot(document.getElementById('app')!).render(
    <QueryClientProvider client={queryClient}>
      <RouterProvider router={router} />
    </QueryClientProvider>,
  );

  let wasHere = me() !== null;
  onMeChange(() => {
    const isHere = me() !== null;
    if (wasHere && !isHere) void router.navigate({ to: '/welcome' });
    wasHere = isHere;
  });
  startLive();
  startOutbox();
  // Without them notifications are in English.
  keepPushWords().catch(() => {});
  void refreshMe();
}

// A page that was opened before an upgrade asks for files that are no longer there.
addEventListener('vite:preloadError', reloadOnce);
followTheme();
startOffline();
void start();
