import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { api, fieldProblem } from '../api/client.ts';
import { t } from '../i18n/translate.ts';
import { Field } from '../parts/field.tsx';
import { FormProblem, fieldsOf, useSubmit } from '../parts/form.tsx';
import { PageHead } from '../parts/page-head.tsx';
import { rememberMe } from '../state/session.ts';

export function RegisterPage() {
  const navigate = useNavigate();
  const { invitation: invited = '' } = useSearch({ from: '/register' });
  const [values, setValues] = useState({ displayName: '', username: '', email: '', password: '' });
  const [invitation, setInvitation] = useState(invited);
  const { problem, isBusy, submit } = useSubmit(async () => {
    const { displayName, ...needed } = values;
    const given = { ...(displayName.trim() && { displayName }), ...(invitation && { invitation }) };
    const body = { ...needed, ...given, cookie: true };
    const { user } = await api.post('/v1/users', { body });
    rememberMe(user);
    await navigate({ to: '/' });
  });
  const field = fieldsOf(values, setValues, problem);
  return (
    <div className="sign">
      <PageHead title={t('sign.upTitle')} />
      <form className="form" onSubmit={submit}>
        <Field
          label={t('sign.displayName')}
          hint={t('sign.displayNameHint')}
          autoComplete="name"
          {...field('displayName')}
        />
        <Field
          label={t('sign.username')}
          hint={t('sign.usernameHint')}
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          required
          {...field('username')}
        />
        <Field label={t('sign.email')} type="email" autoComplete="email" required {...field('email')} />
        <Field
          label={t('sign.password')}
          hint={t('sign.passwordHint')}
          type="password"
          autoComplete="new-password"
          required
          {...field('password')}
        />
        <Field
          label={t('sign.invitation')}
          hint={t('sign.invitationHint')}
          name="invitation"
          autoComplete="off"
          value={invitation}
          onChange={setInvitation}
          problem={fieldProblem(problem, 'invitation')}
        />
        <FormProblem error={problem} />
        <button type="submit" className="button primary" disabled={isBusy}>
          {t('sign.create')}
        </button>
      </form>
      <p className="sign-other">
        {t('welcome.have')} <Link to="/login">{t('do.logIn')}</Link>
      </p>
    </div>
  );
}
