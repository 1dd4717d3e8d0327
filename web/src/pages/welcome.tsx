import { Link } from '@tanstack/react-router';
import { t } from '../i18n/translate.ts';
import { useTitle } from '../parts/page-head.tsx';

export function WelcomePage() {
  useTitle(t('welcome.title'));
  return (
    <div className="welcome">
      <img src="/favicon.svg" alt="" width={64} height={64} />
      <h1>{t('welcome.title')}</h1>
      <p>{t('welcome.lead')}</p>
      <div className="welcome-ways">
        <Link to="/register" className="button primary">
          {t('do.signUp')}
        </Link>
        <Link to="/login" className="button">
          {t('do.logIn')}
        </Link>
      </div>
    </div>
  );
}
