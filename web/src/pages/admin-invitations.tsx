import { useInfiniteQuery } from '@tanstack/react-query';
import { invitationsQuery, invite, revokeInvitation } from '../api/admin-queries.ts';
import { formatDate, t } from '../i18n/translate.ts';
import { Loading, Problem } from '../parts/notices.tsx';
import { MoreButton } from '../parts/people-list.tsx';
import { say, sayProblem } from '../state/toasts.ts';

export function AdminInvitations() {
  const invitations = useInfiniteQuery(invitationsQuery());
  const copy = async (url: string) => {
    await navigator.clipboard?.writeText(url);
    say(t('admin.inviteCopied'));
  };
  return (
    <div className="settings-form">
      <button type="button" className="button primary" onClick={() => void invite().catch(sayProblem)}>
        {t('admin.invite')}
      </button>
      {invitations.isPending && <Loading />}
      {invitations.isError && <Problem error={invitations.error} />}
      <ul className="lines">
        {invitations.data?.pages
          .flatMap((page) => page.items)
          .filter(({ revokedAt }) => revokedAt === null)
          .map(({ id, url, uses, usesMax, expiresAt }) => (
            <li key={id} className="line">
              <div>
                <p>
                  <code>{url}</code>
                </p>
                <p className="small faint">
                  {t('admin.uses', { count: uses, max: usesMax })} · {formatDate(expiresAt)}
                </p>
              </div>
              <div className="form-line">
                <button type="button" className="button" onClick={() => void copy(url)}>
                  {t('admin.copy')}
                </button>
                <button
                  type="button"
                  className="button loss"
                  onClick={() => void revokeInvitation(id).catch(sayProblem)}
                >
                  {t('admin.revoke')}
                </button>
              </div>
            </li>
          ))}
      </ul>
      <MoreButton query={invitations} />
    </div>
  );
}
