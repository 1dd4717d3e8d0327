import { X } from 'lucide-react';
import { type ReactNode, useEffect, useId, useRef } from 'react';
import { t } from '../i18n/translate.ts';
import { IconButton } from './icon-button.tsx';

interface DialogProps {
  title: string;
  onClose: () => void;
  children: ReactNode;
  /** Fills the screen of a phone. */
  isTall?: boolean;
  footer?: ReactNode;
}

const firstField = '.dialog-body :is(textarea, select, input:not([type=file]))';

/** The browser's own dialog: it holds the focus, gives it back, closes with Escape and makes the rest inert. */
export function Dialog({ title, onClose, children, isTall = false, footer }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useEffect(() => {
    const element = dialog.current;
    element?.showModal();
    // The browser would begin with the button that closes it.
    element?.querySelector<HTMLElement>(firstField)?.focus();
    return () => element?.close();
  }, []);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape does what a click beside the dialog does.
    <dialog
      ref={dialog}
      className={isTall ? 'dialog dialog-tall' : 'dialog'}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => event.target === dialog.current && onClose()}
    >
      <div className="dialog-inner">
        <header className="dialog-head">
          <h2 id={titleId}>{title}</h2>
          <IconButton icon={X} label={t('do.close')} onClick={onClose} />
        </header>
        <div className="dialog-body">{children}</div>
        {footer && <footer className="dialog-foot">{footer}</footer>}
      </div>
    </dialog>
  );
}

interface ConfirmProps {
  title: string;
  more: string;
  act: string;
  onAct: () => void;
  onClose: () => void;
}

/** Only for what cannot be taken back. */
export function Confirm({ title, more, act, onAct, onClose }: ConfirmProps) {
  return (
    <Dialog
      title={title}
      onClose={onClose}
      footer={
        <>
          <button type="button" className="button" onClick={onClose}>
            {t('do.cancel')}
          </button>
          <button
            type="button"
            className="button loss"
            onClick={() => {
              onClose();
              onAct();
            }}
          >
            {act}
          </button>
        </>
      }
    >
      <p>{more}</p>
    </Dialog>
  );
}
