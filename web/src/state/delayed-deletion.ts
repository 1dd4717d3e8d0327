import { t } from '../i18n/translate.ts';
import { say, sayProblem } from './toasts.ts';

interface Deletion {
  /** Said at once. */
  words: string;
  /** Takes it off the screen. */
  hide: () => void;
  /** Puts it back. */
  show: () => void;
  /** Deletes it on the server. */
  carryOut: () => Promise<unknown>;
}

/** Hides at once and deletes when the moment for “Undo” is over, or the page goes away. */
export function deleteWithUndo({ words, hide, show, carryOut }: Deletion): void {
  let isSettled = false;
  const settle = () => {
    if (isSettled) return;
    isSettled = true;
    removeEventListener('pagehide', settle);
    carryOut().catch((error: unknown) => {
      show();
      sayProblem(error);
    });
  };
  const undo = () => {
    isSettled = true;
    removeEventListener('pagehide', settle);
    show();
  };
  hide();
  addEventListener('pagehide', settle);
  say(words, { words: t('do.undo'), act: undo }, settle);
}
