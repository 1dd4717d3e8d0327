import { t } from '../i18n/translate.ts';
import { say } from '../state/toasts.ts';

/** `thing` says what is copied where there are several. Browsers copy only on pages that came by https; elsewhere people must. */
export function CopyButton({ text, thing }: { text: string; thing?: string }) {
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      say(t('admin.copied'));
    } catch {
      say(t('admin.copyYourself'));
    }
  };
  return (
    <button
      type="button"
      className="button"
      aria-label={thing && t('do.of', { act: t('admin.copy'), thing })}
      onClick={() => void copy()}
    >
      {t('admin.copy')}
    </button>
  );
}
