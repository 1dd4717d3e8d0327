import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import { problemText } from '../api/client.ts';
import { t } from '../i18n/translate.ts';

interface EmptyProps {
  icon: LucideIcon;
  title: string;
  more?: string;
  /** It is the whole page, so its title is the page's. */
  isPage?: boolean;
  /** What to do next. */
  children?: ReactNode;
}

export function Empty({ icon: Icon, title, more, isPage, children }: EmptyProps) {
  const Title = isPage ? 'h1' : 'h2';
  return (
    <div className="notice">
      <Icon size={32} strokeWidth={1.5} aria-hidden="true" />
      <Title>{title}</Title>
      {more && <p className="faint">{more}</p>}
      {children}
    </div>
  );
}

export function Problem({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  return (
    <div className="notice" role="alert">
      <h2>{t('problem.title')}</h2>
      <p className="faint">{problemText(error)}</p>
      {onRetry && (
        <button type="button" className="button" onClick={onRetry}>
          {t('do.retry')}
        </button>
      )}
    </div>
  );
}

/** Seen only when something takes long, so that quick pages do not flicker. */
export function Loading() {
  return (
    <div className="loading" role="status">
      <span className="quiet-words">{t('app.loading')}</span>
    </div>
  );
}
