import { useQuery } from '@tanstack/react-query';
import { Link, Outlet, useRouterState } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useRef } from 'react';
import { trendsQuery } from '../api/queries.ts';
import { t } from '../i18n/translate.ts';
import { Toasts } from '../parts/toasts.tsx';
import { Trends } from '../parts/trends.tsx';
import { composing } from '../state/composing.ts';
import { fileUploads } from '../state/file-uploads.ts';
import { useMe } from '../state/session.ts';
import { useStore } from '../state/store.ts';
import { Navigation } from './navigation.tsx';
import { useOnline } from './use-online.ts';

const UploadTray = lazy(() =>
  import('../parts/files/upload-tray.tsx').then((module) => ({ default: module.UploadTray })),
);
const Composer = lazy(() =>
  import('../parts/composer/composer.tsx').then((module) => ({ default: module.Composer })),
);

/** What stands around every page. */
export function Frame() {
  const me = useMe();
  const what = useStore(composing);
  const hasUploads = useStore(fileUploads).length > 0;
  const isOnline = useOnline();
  const main = useRef<HTMLElement>(null);
  useFocusOnNewPage(main);
  return (
    <div className={me ? 'frame' : 'frame frame-open'}>
      <a className="skip" href="#main">
        {t('app.skip')}
      </a>
      {me ? <Navigation me={me} /> : <OpenHead />}
      <main id="main" ref={main} className="main" tabIndex={-1}>
        {!isOnline && (
          <p className="offline" role="status">
            {t('app.offline')}
          </p>
        )}
        <Outlet />
      </main>
      {me && <Aside />}
      <Suspense>
        {what && me && (
          <Composer
            key={what.what === 'edit' ? what.post.id : 'new'}
            what={what}
            onClose={() => composing.set(null)}
          />
        )}
      </Suspense>
      <Suspense>{hasUploads && <UploadTray />}</Suspense>
      <Toasts />
    </div>
  );
}

/** For those who are only looking. */
function OpenHead() {
  return (
    <header className="open-head">
      <Link to="/welcome" className="brand">
        <img src="/favicon.svg" alt="" width={28} height={28} />
        Kith
      </Link>
      <Link to="/login" className="button">
        {t('do.logIn')}
      </Link>
    </header>
  );
}

/** There where the window is wide enough; what it shows is no more than the search page has. */
function Aside() {
  // The search page has them itself.
  const isThere = useRouterState({ select: (state) => state.location.pathname === '/search' });
  const isWide = useRef(matchMedia('(min-width: 1200px)').matches);
  const trends = useQuery({ ...trendsQuery(), enabled: isWide.current });
  const items = trends.data?.items ?? [];
  return (
    <aside className="aside" aria-label={t('search.trending')}>
      {items.length > 0 && !isThere && (
        <>
          <h2>{t('search.trending')}</h2>
          <Trends items={items} />
        </>
      )}
    </aside>
  );
}

/** Screen readers and keyboards begin at the new page, not where the old one was left. */
function useFocusOnNewPage(main: { current: HTMLElement | null }): void {
  const path = useRouterState({ select: (state) => state.resolvedLocation?.pathname });
  const before = useRef(path);
  useEffect(() => {
    if (path === undefined || path === before.current) return;
    const isFirst = before.current === undefined;
    before.current = path;
    if (!isFirst) main.current?.focus({ preventScroll: true });
  }, [path, main]);
}
