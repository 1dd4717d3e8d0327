import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { api } from '../../api/client.ts';
import { appPasswordsQuery } from '../../api/queries.ts';
import { queryClient } from '../../api/query-client.ts';
import { formatAgo, t } from '../../i18n/translate.ts';
import { Field } from '../../parts/field.tsx';
import { Loading } from '../../parts/notices.tsx';
import { useOwner } from '../../state/session.ts';
import { sayProblem } from '../../state/toasts.ts';

const refresh = () => queryClient.invalidateQueries({ queryKey: ['app-passwords'] });

export function AppPasswordSettings() {
  const passwords = useQuery(appPasswordsQuery());
  const [name, setName] = useState('');
  const [secret, setSecret] = useState<string | null>(null);
  const make = async (event: FormEvent) => {
    event.preventDefault();
    try {
      const made = await api.post('/v1/users/me/app-passwords', { body: { name } });
      setSecret(made.secret);
      setName('');
      await refresh();
    } catch (error) {
      sayProblem(error);
    }
  };
  const remove = async (id: string) => {
    try {
      await api.delete('/v1/users/me/app-passwords/{id}', { path: { id } });
      await refresh();
    } catch (error) {
      sayProblem(error);
    }
  };
  return (
    <div className="settings-form form">
      <p className="faint">{t('settings.appMore')}</p>
      <form className="form" onSubmit={make}>
        <Field label={t('settings.appName')} required value={name} onChange={setName} />
        <button type="submit" className="button primary">
          {t('settings.appMake')}
        </button>
      </form>
      {secret && (
        <div className="banner" role="status">
          <p>{t('settings.appSecret')}</p>
          <code className="secret">{secret}</code>
        </div>
      )}
      {passwords.isPending && <Loading />}
      {passwords.data?.items.length === 0 && <p className="faint">{t('settings.appNone')}</p>}
      <ul className="lines">
        {passwords.data?.items.map((each) => (
          <li key={each.id} className="line">
            <div>
              <p>{each.name}</p>
              <p className="small faint">
                {each.lastUsedAt
                  ? t('settings.lastSeen', { when: formatAgo(each.lastUsedAt) })
                  : t('settings.neverUsed')}
              </p>
            </div>
            <button
              type="button"
              className="button"
              aria-label={t('do.of', { act: t('do.remove'), thing: each.name })}
              onClick={() => void remove(each.id)}
            >
              {t('do.remove')}
            </button>
          </li>
        ))}
      </ul>
      <NetworkDrive />
    </div>
  );
}

/** Where file clients find what is here. */
function NetworkDrive() {
  const { username } = useOwner();
  const address = `${window.location.origin}/dav/`;
  return (
    <div className="settings-section">
      <p className="faint">{t('settings.drive', { username })}</p>
      <code className="secret">{address}</code>
      <p className="faint">{t('settings.driveShared')}</p>
      <code className="secret">{`${address}Shared%20with%20me/`}</code>
    </div>
  );
}
