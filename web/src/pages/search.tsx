import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { Search, SearchX } from 'lucide-react';
import { useEffect, useMemo, useState } from 'react';
import { searchPeopleQuery, searchPostsQuery, searchTagsQuery, trendsQuery } from '../api/queries.ts';
import { t } from '../i18n/translate.ts';
import { Empty, Loading, Problem } from '../parts/notices.tsx';
import { PageHead } from '../parts/page-head.tsx';
import { MoreButton, PeopleList } from '../parts/people-list.tsx';
import { PostList } from '../parts/post-list.tsx';
import { Tabs } from '../parts/tabs.tsx';
import { Trends } from '../parts/trends.tsx';

type View = 'posts' | 'people' | 'tags';
const searchAfterMs = 250;
const queryCharactersMax = 200;

export function SearchPage() {
  const { q = '', view } = useSearch({ from: '/search' });
  const navigate = useNavigate();
  const [typed, setTyped] = useState(q);
  useEffect(() => setTyped(q), [q]);
  useEffect(() => {
    if (typed.trim() === q) return;
    const timer = setTimeout(
      () =>
        void navigate({ to: '/search', search: { q: typed.trim(), ...(view && { view }) }, replace: true }),
      searchAfterMs,
    );
    return () => clearTimeout(timer);
  }, [typed, q, view, navigate]);
  const chosen: View = view ?? (q.startsWith('@') ? 'people' : 'posts');
  return (
    <>
      <PageHead title={t('search.title')} />
      <search>
        <form className="search-form" onSubmit={(event) => event.preventDefault()}>
          <Search size={20} strokeWidth={1.75} aria-hidden="true" />
          <input
            type="search"
            aria-label={t('search.label')}
            placeholder={t('search.label')}
            maxLength={queryCharactersMax}
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
          />
        </form>
      </search>
      {q === '' ? (
        <Start />
      ) : (
        <>
          <Tabs
            label={t('search.title')}
            tabs={[
              { name: 'posts', words: t('search.posts') },
              { name: 'people', words: t('search.people') },
              { name: 'tags', words: t('search.tags') },
            ]}
            chosen={chosen}
            onChoose={(name) => void navigate({ to: '/search', search: { q, view: name }, replace: true })}
          />
          {chosen === 'posts' && <FoundPosts q={q} />}
          {chosen === 'people' && <FoundPeople q={q} />}
          {chosen === 'tags' && <FoundTags q={q} />}
        </>
      )}
    </>
  );
}

function Start() {
  const trends = useQuery(trendsQuery());
  if (!trends.data) return null;
  if (trends.data.items.length === 0)
    return <Empty icon={Search} title={t('search.start')} more={t('search.quiet')} />;
  return (
    <section className="trends-page">
      <h2>{t('search.trending')}</h2>
      <Trends items={trends.data.items} />
    </section>
  );
}

const Nothing = ({ q }: { q: string }) => (
  <Empty icon={SearchX} title={t('search.none', { query: q })} more={t('search.noneMore')} />
);

function FoundPosts({ q }: { q: string }) {
  const found = useInfiniteQuery(searchPostsQuery(q));
  const items = useMemo(() => found.data?.pages.flatMap((page) => page.items) ?? [], [found.data]);
  if (found.isPending) return <Loading />;
  if (found.isError && items.length === 0)
    return <Problem error={found.error} onRetry={() => void found.refetch()} />;
  if (items.length === 0) return <Nothing q={q} />;
  return <PostList key={q} name={`search-${q}`} items={items} query={found} />;
}

function FoundPeople({ q }: { q: string }) {
  const found = useInfiniteQuery(searchPeopleQuery(q));
  if (found.isPending) return <Loading />;
  if (found.isError) return <Problem error={found.error} onRetry={() => void found.refetch()} />;
  const items = found.data.pages.flatMap((page) => page.items);
  if (items.length === 0) return <Nothing q={q} />;
  return (
    <>
      <PeopleList people={items} />
      <MoreButton query={found} />
    </>
  );
}

function FoundTags({ q }: { q: string }) {
  const found = useInfiniteQuery(searchTagsQuery(q));
  if (found.isPending) return <Loading />;
  if (found.isError) return <Problem error={found.error} onRetry={() => void found.refetch()} />;
  const items = found.data.pages.flatMap((page) => page.items);
  if (items.length === 0) return <Nothing q={q} />;
  return (
    <>
      <ul className="tag-list">
        {items.map(({ hashtag, posts }) => (
          <li key={hashtag}>
            <Link to="/search" search={{ q: `#${hashtag}`, view: 'posts' }}>
              #{hashtag}
            </Link>
            <span className="small faint">{t('search.tagPosts', { count: posts })}</span>
          </li>
        ))}
      </ul>
      <MoreButton query={found} />
    </>
  );
}
