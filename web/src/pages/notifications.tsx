import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Bell } from 'lucide-react';
import { useEffect } from 'react';
import { api } from '../api/client.ts';
import { notificationsQuery, ownPeopleQuery } from '../api/queries.ts';
import { t } from '../i18n/translate.ts';
import { Empty, Loading, Problem } from '../parts/notices.tsx';
import { NotificationView } from '../parts/notification-view.tsx';
import { PageHead } from '../parts/page-head.tsx';
import { MoreButton } from '../parts/people-list.tsx';
import { unread } from '../state/live.ts';

export function NotificationsPage() {
  const notes = useInfiniteQuery(notificationsQuery());
  const items = notes.data?.pages.flatMap((page) => page.items) ?? [];
  const newest = items[0]?.id;
  const hasUnread = items.some(({ read }) => !read);
  // Seen is read; the marks stay until the page is opened again.
  useEffect(() => {
    if (!newest || !hasUnread) return;
    api.post('/v1/notifications/read', { body: { upTo: newest } }).then(
      () => unread.set(0),
      () => {},
    );
  }, [newest, hasUnread]);
  return (
    <>
      <PageHead title={t('note.title')} />
      <Requests />
      {notes.isPending && <Loading />}
      {notes.isError && <Problem error={notes.error} onRetry={() => void notes.refetch()} />}
      {notes.isSuccess && items.length === 0 && (
        <Empty icon={Bell} title={t('note.empty')} more={t('note.emptyMore')} />
      )}
      <ul className="notifications">
        {items.map((note) => (
          <NotificationView key={note.id} note={note} />
        ))}
      </ul>
      <MoreButton query={notes} />
    </>
  );
}

function Requests() {
  const requests = useInfiniteQuery(ownPeopleQuery('follow-requests'));
  const count = requests.data?.pages[0]?.items.length ?? 0;
  if (count === 0) return null;
  return (
    <Link to="/requests" className="banner">
      {t('note.requests', { count })}
    </Link>
  );
}
