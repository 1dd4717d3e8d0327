import { useState } from 'react';
import { t } from '../i18n/translate.ts';
import { PageHead } from '../parts/page-head.tsx';
import { Tabs } from '../parts/tabs.tsx';
import { useOwner } from '../state/session.ts';
import { AdminAccounts } from './admin-accounts.tsx';
import { AdminInvitations } from './admin-invitations.tsx';
import { AdminReports } from './admin-reports.tsx';
import { NotHere } from './not-here.tsx';

type View = 'reports' | 'accounts' | 'invitations';

export function AdminPage() {
  const me = useOwner();
  const [view, setView] = useState<View>('reports');
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
        ]}
        chosen={view}
        onChoose={setView}
      />
      {view === 'reports' && <AdminReports />}
      {view === 'accounts' && <AdminAccounts />}
      {view === 'invitations' && <AdminInvitations />}
    </>
  );
}
