import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Ban, KeyRound, ShieldCheck, ShieldMinus, Undo2 } from 'lucide-react';
import { useState } from 'react';
import type { AdminUser } from '../../../sdk/schema.ts';
import { accountsQuery, makeResetLink, setAdmin, setClosed } from '../api/admin-queries.ts';
import { formatDate, t } from '../i18n/translate.ts';
import { CopyButton } from '../parts/copy-button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { Menu, type MenuItem } from '../parts/menu.tsx';
import { Loading, Problem } from '../parts/notices.tsx';
import { MoreButton } from '../parts/people-list.tsx';
import { nameOf } from '../parts/person.tsx';
import { useOwner } from '../state/session.ts';
import { sayProblem } from '../state/toasts.ts';

export function AdminAccounts() {
  const me = useOwner();
  const accounts = useInfiniteQuery(accountsQuery());
  const [link, setLink] = useState<{ name: string; url: string } | null>(null);
  const makeLink = (user: AdminUser) =>
    void makeResetLink(user.id).then((url) => setLink({ name: nameOf(user), url }), sayProblem);
  if (accounts.isPending) return <Loading />;
  if (accounts.isError) return <Problem error={accounts.error} onRetry={() => void accounts.refetch()} />;
  return (
    <>
      <ul className="lines">
        {accounts.data.pages
          .flatMap((page) => page.items)
          .map((user) => (
            <li key={user.id} className="line">
              <div>
                <p>
                  <Link to="/@{$username}" params={{ username: user.username }} className="person-name">
                    {nameOf(user)}
                  </Link>
                  {user.isAdmin && <span className="badge">{t('nav.admin')}</span>}
                  {user.state !== 'active' && (
                    <span className="badge">
                      {t(user.state === 'deactivated' ? 'admin.closed' : 'admin.erasing')}
                    </span>
                  )}
                </p>
                <p className="small faint">
                  <bdi>@{user.username}</bdi> · <bdi>{user.email}</bdi> ·{' '}
                  {t('profile.joined', { date: formatDate(user.createdAt) })}
                </p>
              </div>
              {user.id !== me.id && user.state !== 'deleted' && (
                <Menu
                  label={t('profile.menu', { name: nameOf(user) })}
                  items={itemsFor(user, () => makeLink(user))}
                />
              )}
            </li>
          ))}
      </ul>
      <MoreButton query={accounts} />
      {link && (
        <Dialog
          title={t('admin.resetLinkTitle', { name: link.name })}
          onClose={() => setLink(null)}
          footer={<CopyButton text={link.url} />}
        >
          <p>{t('admin.resetLinkMore')}</p>
          <code className="secret">{link.url}</code>
        </Dialog>
      )}
    </>
  );
}

function itemsFor({ id, isAdmin, state }: AdminUser, makeLink: () => void): MenuItem[] {
  const act = (doing: Promise<void>) => void doing.catch(sayProblem);
  const isClosed = state !== 'active';
  return [
    { icon: KeyRound, words: t('admin.resetLink'), act: makeLink },
    {
      icon: isAdmin ? ShieldMinus : ShieldCheck,
      words: t(isAdmin ? 'admin.demote' : 'admin.promote'),
      act: () => act(setAdmin(id, !isAdmin)),
    },
    {
      icon: isClosed ? Undo2 : Ban,
      words: t(isClosed ? 'admin.reopen' : 'admin.closeAccount'),
      isLoss: !isClosed,
      act: () => act(setClosed(id, !isClosed)),
    },
  ];
}
