import { Link } from '@tanstack/react-router';
import type { Trend } from '../../../sdk/schema.ts';
import { t } from '../i18n/translate.ts';

export function Trends({ items }: { items: readonly Trend[] }) {
  return (
    <ol className="tag-list">
      {items.map(({ hashtag, people }) => (
        <li key={hashtag}>
          <Link to="/search" search={{ q: `#${hashtag}`, view: 'posts' }}>
            <bdi>#{hashtag}</bdi>
          </Link>
          <span className="small faint">{t('search.trendPeople', { count: people })}</span>
        </li>
      ))}
    </ol>
  );
}
