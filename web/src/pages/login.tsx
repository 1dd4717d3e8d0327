import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '../api/client.ts';
import { t } from '../i18n/translate.ts';
import { Field } from '../parts/field.tsx';
import { FormProblem, useSubmit } from '../parts/form.tsx';
import { PageHead } from '../parts/page-head.tsx';
import { rememberMe } from '../state/session.ts';

export function LoginPage() {
  const navigate = useNavigate();
  const [login, setLogin] = useState('');
  const [password, setPassword] = useState('');
  const { problem, isBusy, submit } = useSubmit(async () => {
    const { user } = await api.post('/v1/sessions', { body: { login, password, cookie: true } });
    rememberMe(user);
    await navigate({ to: '/' });
  });
  return (
    <div className="sign">
      <PageHead title={t('sign.inTitle')} />
      <form className="form" onSubmit={submit}>
        <Field
          label={t('sign.login')}
          name="login"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          required
          value={login}
          onChange={setLogin}
        />
        <Field
          label={t('sign.password')}
          type="password"
          name="password"
          autoComplete="current-password"
          required
          value={password}
          onChange={setPassword}
        />
        <FormProblem error={problem} />
        <button type="submit" className="button primary" disabled={isBusy}>
          {t('do.logIn')}
        </button>
      </form>
      <p className="sign-other">
        <Link to="/reset">{t('sign.forgot')}</Link>
      </p>
      <p className="sign-other">
        {t('welcome.none')} <Link to="/register">{t('do.signUp')}</Link>
      </p>
    </div>
  );
}
