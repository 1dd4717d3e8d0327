import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { Paths } from '../../../sdk/schema.ts';
import { failedMediaQuery, retryMedium } from '../api/admin-queries.ts';
import { userQuery } from '../api/queries.ts';
import { t } from '../i18n/translate.ts';
import { Loading, Problem } from '../parts/notices.tsx';
import { MoreButton } from '../parts/people-list.tsx';
import { nameOf } from '../parts/person.tsx';
import { When } from '../parts/when.tsx';
import { say, sayProblem } from '../state/toasts.ts';

type Failed = Paths['/v1/admin/media/failed']['get']['answer']['items'][number];

/** Dead letters: photos and videos that were tried too often. */
export function AdminFailedMedia() {
  const failed = useInfiniteQuery(failedMediaQuery());
  if (failed.isPending) return <Loading />;
  if (failed.isError) return <Problem error={failed.error} onRetry={() => void failed.refetch()} />;
  const items = failed.data.pages.flatMap((page) => page.items);
  if (items.length === 0) return <p className="faint">{t('admin.failedNone')}</p>;
  return (
    <>
      <p className="faint">{t('admin.failedMore')}</p>
      <ul className="lines">
        {items.map((each) => (
          <FailedMedium key={each.mediaId} {...each} />
        ))}
      </ul>
      <MoreButton query={failed} />
    </>
  );
}

function FailedMedium({ mediaId, ownerId, filename, tries, error, failedAt }: Failed) {
  const owner = useQuery(userQuery(ownerId)).data;
  const retry = () =>
    retryMedium(mediaId).then(
      () => say(t('admin.retried')),
      (problem: unknown) => sayProblem(problem),
    );
  return (
    <li className="line">
      <div>
        <p>
          <bdi>{filename}</bdi>
        </p>
        <p className="small faint">
          {owner && (
            <>
              <Link to="/@{$username}" params={{ username: owner.username }}>
                {nameOf(owner)}
              </Link>
              {' · '}
            </>
          )}
          {t('admin.tries', { count: tries })} · <When at={failedAt} />
        </p>
        <p className="small">{error}</p>
      </div>
      <button
        type="button"
        className="button"
        aria-label={t('do.of', { act: t('do.retry'), thing: filename })}
        onClick={() => void retry()}
      >
        {t('do.retry')}
      </button>
    </li>
  );
}
