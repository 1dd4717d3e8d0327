import { api } from '../../api/client.ts';
import { t } from '../../i18n/translate.ts';
import { Switch } from '../../parts/field.tsx';
import { rememberMe, useOwner } from '../../state/session.ts';
import { sayProblem } from '../../state/toasts.ts';

export function PrivacySettings() {
  const me = useOwner();
  const change = async (isPrivate: boolean) => {
    try {
      rememberMe(await api.patch('/v1/users/me', { body: { isPrivate } }));
    } catch (error) {
      sayProblem(error);
    }
  };
  return (
    <div className="settings-form">
      <Switch
        label={t('settings.private')}
        more={t('settings.privateMore')}
        isOn={me.isPrivate}
        onChange={(isOn) => void change(isOn)}
      />
    </div>
  );
}
