import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ArrowUp, Newspaper } from 'lucide-react';
import { useEffect, useMemo } from 'react';
import { feedQuery } from '../api/queries.ts';
import { t } from '../i18n/translate.ts';
import { Avatar } from '../parts/avatar.tsx';
import { Empty, Loading, Problem } from '../parts/notices.tsx';
import { PageHead } from '../parts/page-head.tsx';
import { nameOf } from '../parts/person.tsx';
import { PostList } from '../parts/post-list.tsx';
import { LongText } from '../parts/rich-text.tsx';
import { Tabs } from '../parts/tabs.tsx';
import { composing } from '../state/composing.ts';
import { readFeed, showWaitingPosts, waitingPosts } from '../state/new-posts.ts';
import { outbox } from '../state/outbox.ts';
import { feedOrder } from '../state/preferences.ts';
import { useOwner } from '../state/session.ts';
import { useStore } from '../state/store.ts';

export function HomePage() {
  const me = useOwner();
  const order = useStore(feedOrder);
  const feed = useInfiniteQuery(feedQuery(me.id, order));
  useEffect(readFeed, []);
  const items = useMemo(() => feed.data?.pages.flatMap((page) => page.items) ?? [], [feed.data]);
  return (
    <>
      <PageHead title={t('feed.title')}>
        <Tabs
          label={t('feed.order')}
          tabs={[
            { name: 'recent', words: t('feed.recent') },
            { name: 'relevant', words: t('feed.relevant') },
          ]}
          chosen={order}
          onChoose={feedOrder.set}
        />
      </PageHead>
      <button type="button" className="ask" onClick={() => composing.set({ what: 'new' })}>
        <Avatar user={me} />
        <span>{t('feed.ask')}</span>
      </button>
      {order === 'recent' && <NewPosts />}
      <WaitingPosts />
      {feed.isPending && <Loading />}
      {feed.isError && items.length === 0 && (
        <Problem error={feed.error} onRetry={() => void feed.refetch()} />
      )}
      {items.length > 0 && (
        <PostList
          key={order}
          name={`feed-${order}`}
          items={items}
          query={feed}
          end={<p className="list-end faint">{t('feed.end')}</p>}
        />
      )}
      {feed.isSuccess && items.length === 0 && (
        <Empty icon={Newspaper} title={t('feed.empty')} more={t('feed.emptyMore')}>
          <Link to="/search" className="button primary">
            {t('feed.find')}
          </Link>
        </Empty>
      )}
    </>
  );
}

/** What was written without a connection, until it is sent. */
function WaitingPosts() {
  const me = useOwner();
  const queued = useStore(outbox).filter((request) => request.path === '/v1/posts');
  return queued.map(({ key, body }) => (
    <article key={key} className="post post-waiting" aria-label={t('post.one', { name: nameOf(me) })}>
      <header className="post-head">
        <Avatar user={me} />
        <div className="post-by">
          <span className="person-name">{nameOf(me)}</span>
          <p className="small faint">{t('post.waiting')}</p>
        </div>
      </header>
      <LongText text={body.text} />
    </article>
  ));
}

function NewPosts() {
  const waiting = useStore(waitingPosts);
  if (waiting.length === 0) return null;
  const show = () => {
    scrollTo({ top: 0, behavior: 'instant' });
    showWaitingPosts();
  };
  return (
    <div className="new-posts" role="status">
      <button type="button" className="button primary" onClick={show}>
        <ArrowUp size={16} aria-hidden="true" />
        {t('feed.new', { count: waiting.length })}
      </button>
    </div>
  );
}
