import { useNavigate, useParams } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { api, fieldProblem } from '../api/client.ts';
import { t } from '../i18n/translate.ts';
import { Field } from '../parts/field.tsx';
import { PageHead } from '../parts/page-head.tsx';
import { say } from '../state/toasts.ts';
import { FormProblem } from './register.tsx';

/** Asks for a link by mail. */
export function AskResetPage() {
  const [email, setEmail] = useState('');
  const [isSent, setIsSent] = useState(false);
  const [problem, setProblem] = useState<unknown>();
  const send = async (event: FormEvent) => {
    event.preventDefault();
    try {
      await api.post('/v1/password-resets', { body: { email } });
      setIsSent(true);
    } catch (error) {
      setProblem(error);
    }
  };
  return (
    <div className="sign">
      <PageHead title={t('sign.resetTitle')} hasBack />
      {isSent ? (
        <p role="status">{t('sign.resetSent')}</p>
      ) : (
        <form className="form" onSubmit={send}>
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
  const [problem, setProblem] = useState<unknown>();
  const send = async (event: FormEvent) => {
    event.preventDefault();
    try {
      await api.put('/v1/password-resets/{token}', { path: { token }, body: { password } });
      say(t('sign.resetDone'));
      await navigate({ to: '/login' });
    } catch (error) {
      setProblem(error);
    }
  };
  return (
    <div className="sign">
      <PageHead title={t('sign.resetTitle')} />
      <form className="form" onSubmit={send}>
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
