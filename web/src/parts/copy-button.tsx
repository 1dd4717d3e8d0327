import { t } from '../i18n/translate.ts';
import { say } from '../state/toasts.ts';

/** Browsers copy only on pages that came by https; elsewhere people must. */
export function CopyButton({ text }: { text: string }) {
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      say(t('admin.copied'));
    } catch {
      say(t('admin.copyYourself'));
    }
  };
  return (
    <button type="button" className="button" onClick={() => void copy()}>
      {t('admin.copy')}
    </button>
  );
}
