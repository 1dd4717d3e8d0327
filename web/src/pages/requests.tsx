import { useInfiniteQuery } from '@tanstack/react-query';
import { UserCheck } from 'lucide-react';
import type { User } from '../../../sdk/schema.ts';
import { api } from '../api/client.ts';
import { ownPeopleQuery } from '../api/queries.ts';
import { queryClient } from '../api/query-client.ts';
import { t } from '../i18n/translate.ts';
import { Empty, Loading, Problem } from '../parts/notices.tsx';
import { PageHead } from '../parts/page-head.tsx';
import { MoreButton, PeopleList } from '../parts/people-list.tsx';
import { nameOf } from '../parts/person.tsx';
import { sayProblem } from '../state/toasts.ts';

export function RequestsPage() {
  const requests = useInfiniteQuery(ownPeopleQuery('follow-requests'));
  const items = requests.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <>
      <PageHead title={t('note.requestsTitle')} hasBack />
      {requests.isPending && <Loading />}
      {requests.isError && <Problem error={requests.error} onRetry={() => void requests.refetch()} />}
      {requests.isSuccess && items.length === 0 && (
        <Empty icon={UserCheck} title={t('note.noRequests')} more={t('note.noRequestsMore')} />
      )}
      <PeopleList
        people={items}
        act={(user) => (
          <div className="form-line">
            <button
              type="button"
              className="button primary"
              aria-label={t('do.of', { act: t('note.accept'), thing: nameOf(user) })}
              onClick={() => void answer(user, true)}
            >
              {t('note.accept')}
            </button>
            <button
              type="button"
              className="button"
              aria-label={t('do.of', { act: t('note.reject'), thing: nameOf(user) })}
              onClick={() => void answer(user, false)}
            >
              {t('note.reject')}
            </button>
          </div>
        )}
      />
      <MoreButton query={requests} />
    </>
  );
}

async function answer({ id }: User, isWelcome: boolean): Promise<void> {
  const path = { userId: id };
  try {
    if (isWelcome) await api.put('/v1/follow-requests/{userId}', { path });
    else await api.delete('/v1/follow-requests/{userId}', { path });
    await queryClient.invalidateQueries({ queryKey: ['people', 'follow-requests'] });
  } catch (error) {
    sayProblem(error);
  }
}
