import { useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { api, fieldProblem } from '../api/client.ts';
import { t } from '../i18n/translate.ts';
import { Field } from '../parts/field.tsx';
import { FormProblem, useSubmit } from '../parts/form.tsx';
import { PageHead } from '../parts/page-head.tsx';
import { say } from '../state/toasts.ts';

/** Asks for a link by mail. */
export function AskResetPage() {
  const [email, setEmail] = useState('');
  const [isSent, setIsSent] = useState(false);
  const { problem, submit } = useSubmit(async () => {
    await api.post('/v1/password-resets', { body: { email } });
    setIsSent(true);
  });
  return (
    <div className="sign">
      <PageHead title={t('sign.resetTitle')} hasBack />
      {isSent ? (
        <p role="status">{t('sign.resetSent')}</p>
      ) : (
        <form className="form" onSubmit={submit}>
          <p className="faint">{t('sign.resetAsk')}</p>
          <Field label={t('sign.email')} type="email" required value={email} onChange={setEmail} />
          <FormProblem error={problem} />
          <button type="submit" className="button primary">
            {t('sign.resetSend')}
          </button>
        </form>
      )}
    </div>
  );
}

/** Where the link leads. */
export function ResetPage() {
  const { token } = useParams({ from: '/reset/$token' });
  const navigate = useNavigate();
  const [password, setPassword] = useState('');
  const { problem, submit } = useSubmit(async () => {
    await api.put('/v1/password-resets/{token}', { path: { token }, body: { password } });
    say(t('sign.resetDone'));
    await navigate({ to: '/login' });
  });
  return (
    <div className="sign">
      <PageHead title={t('sign.resetTitle')} />
      <form className="form" onSubmit={submit}>
        <Field
          label={t('sign.password')}
          hint={t('sign.passwordHint')}
          type="password"
          autoComplete="new-password"
          required
          value={password}
          onChange={setPassword}
          problem={fieldProblem(problem, 'password')}
        />
        <FormProblem error={problem} />
        <button type="submit" className="button primary">
          {t('do.save')}
        </button>
      </form>
    </div>
  );
}
