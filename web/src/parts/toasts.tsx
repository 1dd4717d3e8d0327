import { X } from 'lucide-react';
import { t } from '../i18n/translate.ts';
import { useStore } from '../state/store.ts';
import { dismiss, toasts } from '../state/toasts.ts';
import { IconButton } from './icon-button.tsx';

export function Toasts() {
  const shown = useStore(toasts);
  return (
    <div className="toasts" role="status" aria-live="polite">
      {shown.map(({ id, words, isProblem, action }) => (
        <div key={id} className={isProblem ? 'toast is-problem' : 'toast'}>
          <p>{words}</p>
          {action && (
            <button
              type="button"
              className="link-button"
              onClick={() => {
                action.act();
                dismiss(id);
              }}
            >
              {action.words}
            </button>
          )}
          <IconButton icon={X} label={t('do.close')} onClick={() => dismiss(id)} />
        </div>
      ))}
    </div>
  );
}
