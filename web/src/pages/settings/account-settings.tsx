import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { api, fieldProblem } from '../../api/client.ts';
import { t } from '../../i18n/translate.ts';
import { Confirm, Dialog } from '../../parts/dialog.tsx';
import { Field } from '../../parts/field.tsx';
import { FormProblem, useSubmit } from '../../parts/form.tsx';
import { forgetSession, logOut, rememberMe, useOwner } from '../../state/session.ts';
import { say, sayProblem } from '../../state/toasts.ts';

export function AccountSettings() {
  const navigate = useNavigate();
  const [open, setOpen] = useState<'deactivate' | 'erase' | null>(null);
  const leave = async (doing: Promise<unknown>) => {
    try {
      await doing;
      forgetSession();
      await navigate({ to: '/welcome' });
    } catch (error) {
      sayProblem(error);
    }
  };
  return (
    <div className="settings-form">
      <EmailAndPassword />
      <section className="settings-section">
        <button type="button" className="button" onClick={() => void leave(logOut())}>
          {t('do.logOut')}
        </button>
      </section>
      <section className="settings-section">
        <h2>{t('settings.export')}</h2>
        <p className="faint">{t('settings.exportMore')}</p>
        <a className="button" href="/v1/users/me/export" download>
          {t('settings.exportStart')}
        </a>
      </section>
      <section className="settings-section">
        <h2>{t('settings.deactivate')}</h2>
        <p className="faint">{t('settings.deactivateMore')}</p>
        <button type="button" className="button loss" onClick={() => setOpen('deactivate')}>
          {t('settings.deactivate')}
        </button>
      </section>
      <section className="settings-section">
        <h2>{t('settings.erase')}</h2>
        <p className="faint">{t('settings.eraseMore')}</p>
        <button type="button" className="button loss" onClick={() => setOpen('erase')}>
          {t('settings.erase')}
        </button>
      </section>
      {open === 'deactivate' && (
        <Confirm
          title={t('settings.deactivateTitle')}
          more={t('settings.deactivateMore')}
          act={t('settings.deactivate')}
          onAct={() => void leave(api.post('/v1/users/me/deactivation'))}
          onClose={() => setOpen(null)}
        />
      )}
      {open === 'erase' && (
        <EraseDialog onClose={() => setOpen(null)} onErased={() => leave(Promise.resolve())} />
      )}
    </div>
  );
}

function EmailAndPassword() {
  const me = useOwner();
  const [email, setEmail] = useState(me.email);
  const [password, setPassword] = useState('');
  const [currentPassword, setCurrentPassword] = useState('');
  const { problem, submit } = useSubmit(async () => {
    const body = { ...(email !== me.email && { email }), ...(password && { password }), currentPassword };
    rememberMe(await api.patch('/v1/users/me', { body }));
    setPassword('');
    setCurrentPassword('');
    say(t('do.saved'));
  });
  return (
    <form className="form" onSubmit={submit}>
      <h2>{t('settings.emailChange')}</h2>
      <Field
        label={t('sign.email')}
        type="email"
        autoComplete="email"
        value={email}
        onChange={setEmail}
        problem={fieldProblem(problem, 'email')}
      />
      <Field
        label={t('settings.newPassword')}
        hint={t('settings.newPasswordHint')}
        type="password"
        autoComplete="new-password"
        value={password}
        onChange={setPassword}
        problem={fieldProblem(problem, 'password')}
      />
      <Field
        label={t('settings.currentPassword')}
        type="password"
        autoComplete="current-password"
        required
        value={currentPassword}
        onChange={setCurrentPassword}
        problem={fieldProblem(problem, 'currentPassword')}
      />
      <FormProblem error={problem} />
      <button type="submit" className="button primary">
        {t('do.save')}
      </button>
    </form>
  );
}

function EraseDialog({ onClose, onErased }: { onClose: () => void; onErased: () => Promise<void> }) {
  const [password, setPassword] = useState('');
  const { problem, submit } = useSubmit(async () => {
    await api.delete('/v1/users/me', { body: { password } });
    await onErased();
  });
  return (
    <Dialog title={t('settings.eraseTitle')} onClose={onClose}>
      <form className="form" onSubmit={submit}>
        <p>{t('settings.eraseMore')}</p>
        <Field
          label={t('settings.currentPassword')}
          type="password"
          autoComplete="current-password"
          required
          value={password}
          onChange={setPassword}
          problem={fieldProblem(problem, 'password')}
        />
        <FormProblem error={problem} />
        <button type="submit" className="button loss">
          {t('settings.erase')}
        </button>
      </form>
    </Dialog>
  );
}
