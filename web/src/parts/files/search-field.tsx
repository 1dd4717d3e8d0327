import { useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { t } from '../../i18n/translate.ts';

const askAfterMs = 250;

/** What is looked for in files; it stands in the address, so that one comes back to what was found. */
export const useFileQuery = (): string => (useSearch({ strict: false }).q ?? '').trim();

export function SearchField() {
  const asked = useSearch({ strict: false }).q ?? '';
  const navigate = useNavigate();
  const [typed, setTyped] = useState(asked);
  const timer = useRef<number>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const type = (q: string) => {
    setTyped(q);
    clearTimeout(timer.current);
    const look = () => void navigate({ to: '.', search: q.trim() ? { q } : {}, replace: true });
    timer.current = window.setTimeout(look, askAfterMs);
  };
  return (
    <input
      type="search"
      className="file-filter"
      aria-label={t('files.search')}
      placeholder={t('files.search')}
      maxLength={200}
      value={typed}
      onChange={({ target }) => type(target.value)}
    />
  );
}
