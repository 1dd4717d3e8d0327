import { type FormEvent, useState } from 'react';
import { t } from '../../i18n/translate.ts';
import { Dialog } from '../dialog.tsx';
import { Field } from '../field.tsx';
import { nameProblem } from './file-acts.ts';

interface NameDialogProps {
  title: string;
  act: string;
  name?: string;
  /** Throws what is wrong with the name, which is shown beside it. */
  onName: (name: string) => Promise<void>;
  onClose: () => void;
}

export function NameDialog({ title, act, name: before = '', onName, onClose }: NameDialogProps) {
  const [name, setName] = useState(before);
  const [problem, setProblem] = useState<string>();
  const [isBusy, setIsBusy] = useState(false);
  const send = async (event: FormEvent) => {
    event.preventDefault();
    if (name === before) return onClose();
    setIsBusy(true);
    try {
      await onName(name);
      onClose();
    } catch (error) {
      setProblem(nameProblem(error, name));
      setIsBusy(false);
    }
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <form className="form" onSubmit={send}>
        <Field
          label={t('files.name')}
          required
          autoComplete="off"
          value={name}
          problem={problem}
          onChange={setName}
          onFocus={selectWithoutEnd}
        />
        <button type="submit" className="button primary" disabled={isBusy}>
          {act}
        </button>
      </form>
    </Dialog>
  );
}

/** People change what comes before the last dot. */
function selectWithoutEnd({ target }: { target: HTMLInputElement }): void {
  const dot = target.value.lastIndexOf('.');
  target.setSelectionRange(0, dot > 0 ? dot : target.value.length);
}
