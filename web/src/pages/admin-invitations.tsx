import { useInfiniteQuery } from '@tanstack/react-query';
import { Ticket } from 'lucide-react';
import { invitationsQuery, invite, revokeInvitation } from '../api/admin-queries.ts';
import { formatDate, t } from '../i18n/translate.ts';
import { CopyButton } from '../parts/copy-button.tsx';
import { Empty, Loading, Problem } from '../parts/notices.tsx';
import { MoreButton } from '../parts/people-list.tsx';
import { sayProblem } from '../state/toasts.ts';

export function AdminInvitations() {
  const invitations = useInfiniteQuery(invitationsQuery());
  const items = invitations.data?.pages
    .flatMap((page) => page.items)
    .filter(({ revokedAt }) => revokedAt === null);
  return (
    <div className="settings-form">
      <button type="button" className="button primary" onClick={() => void invite().catch(sayProblem)}>
        {t('admin.invite')}
      </button>
      {invitations.isPending && <Loading />}
      {invitations.isError && <Problem error={invitations.error} />}
      {items?.length === 0 && (
        <Empty icon={Ticket} title={t('admin.inviteNone')} more={t('admin.inviteNoneMore')} />
      )}
      <ul className="lines">
        {items?.map(({ id, url, uses, usesMax, expiresAt }) => (
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
              <CopyButton text={url} thing={url} />
              <button
                type="button"
                className="button loss"
                aria-label={t('do.of', { act: t('admin.revoke'), thing: url })}
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
