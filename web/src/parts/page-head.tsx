import { useRouter } from '@tanstack/react-router';
import { ArrowLeft } from 'lucide-react';
import { type ReactNode, useEffect } from 'react';
import { t } from '../i18n/translate.ts';
import { IconButton } from './icon-button.tsx';

interface PageHeadProps {
  title: string;
  /** A way back, for pages that are reached from others. */
  hasBack?: boolean;
  children?: ReactNode;
}

export function PageHead({ title, hasBack = false, children }: PageHeadProps) {
  const router = useRouter();
  useTitle(title);
  return (
    <header className="page-head">
      {hasBack && (
        <IconButton
          icon={ArrowLeft}
          label={t('nav.back')}
          className="turns"
          onClick={() => (history.length > 1 ? router.history.back() : void router.navigate({ to: '/' }))}
        />
      )}
      <h1 tabIndex={-1}>{title}</h1>
      {children && <div className="page-head-end">{children}</div>}
    </header>
  );
}

export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} – Kith`;
  }, [title]);
}
