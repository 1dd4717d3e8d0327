import { Link } from '@tanstack/react-router';
import { SearchX } from 'lucide-react';
import { KithError } from '../api/client.ts';
import { t } from '../i18n/translate.ts';
import { Empty, Problem } from '../parts/notices.tsx';

/** What is absent or hidden looks the same; anything else that went wrong can be tried again. */
export function NotHere({ error, onRetry }: { error?: unknown; onRetry?: () => void }) {
  const isAbsent = error === undefined || (error instanceof KithError && error.status === 404);
  if (!isAbsent) return <Problem error={error} {...(onRetry && { onRetry })} />;
  return (
    <Empty isPage icon={SearchX} title={t('problem.notHere')} more={t('problem.notHereMore')}>
      <Link to="/" className="button">
        {t('problem.goHome')}
      </Link>
    </Empty>
  );
}
