import '../styles/admin.css';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { t } from '../i18n/translate.ts';
import { PageHead } from '../parts/page-head.tsx';
import { Tabs } from '../parts/tabs.tsx';
import { useOwner } from '../state/session.ts';
import { AdminAccounts } from './admin-accounts.tsx';
import { AdminInvitations } from './admin-invitations.tsx';
import { AdminReports } from './admin-reports.tsx';
import { AdminServer } from './admin-server.tsx';
import { NotHere } from './not-here.tsx';

export function AdminPage() {
  const me = useOwner();
  const navigate = useNavigate();
  const { view = 'reports' } = useSearch({ from: '/admin' });
  if (!me.isAdmin) return <NotHere />;
  return (
    <>
      <PageHead title={t('admin.title')} />
      <Tabs
        label={t('admin.title')}
        tabs={[
          { name: 'reports', words: t('admin.reports') },
          { name: 'accounts', words: t('admin.accounts') },
          { name: 'invitations', words: t('admin.invitations') },
          { name: 'server', words: t('admin.server') },
        ]}
        chosen={view}
        onChoose={(chosen) => void navigate({ to: '/admin', search: { view: chosen }, replace: true })}
      />
      {view === 'reports' && <AdminReports />}
      {view === 'accounts' && <AdminAccounts />}
      {view === 'invitations' && <AdminInvitations />}
      {view === 'server' && <AdminServer />}
    </>
  );
}
