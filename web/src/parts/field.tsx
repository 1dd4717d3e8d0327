import { Eye, EyeOff } from 'lucide-react';
import { type InputHTMLAttributes, useId, useState } from 'react';
import { t } from '../i18n/translate.ts';
import { IconButton } from './icon-button.tsx';

interface FieldProps extends Omit<InputHTMLAttributes<HTMLInputElement>, 'onChange'> {
  label: string;
  hint?: string;
  problem?: string | undefined;
  onChange: (value: string) => void;
}

/** A labelled input that says what it wants and what is wrong with it. */
export function Field({ label, hint, problem, onChange, type = 'text', ...rest }: FieldProps) {
  const id = useId();
  const [isShown, setIsShown] = useState(false);
  const isPassword = type === 'password';
  const about = [hint && `${id}-hint`, problem && `${id}-problem`].filter(Boolean).join(' ');
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <div className="field-line">
        <input
          id={id}
          type={isPassword && isShown ? 'text' : type}
          aria-describedby={about || undefined}
          aria-invalid={problem ? true : undefined}
          onChange={(event) => onChange(event.target.value)}
          {...rest}
        />
        {isPassword && (
          <IconButton
            icon={isShown ? EyeOff : Eye}
            label={t(isShown ? 'sign.hide' : 'sign.show')}
            onClick={() => setIsShown(!isShown)}
          />
        )}
      </div>
      {hint && (
        <p id={`${id}-hint`} className="small faint">
          {hint}
        </p>
      )}
      {problem && (
        <p id={`${id}-problem`} className="small problem-words" role="alert">
          {problem}
        </p>
      )}
    </div>
  );
}

interface SwitchProps {
  label: string;
  more: string;
  isOn: boolean;
  onChange: (isOn: boolean) => void;
}

export function Switch({ label, more, isOn, onChange }: SwitchProps) {
  const id = useId();
  return (
    <div className="switch-line">
      <div>
        <label htmlFor={id}>{label}</label>
        <p id={`${id}-more`} className="small faint">
          {more}
        </p>
      </div>
      <input
        id={id}
        type="checkbox"
        role="switch"
        className="switch"
        checked={isOn}
        aria-checked={isOn}
        aria-describedby={`${id}-more`}
        onChange={(event) => onChange(event.target.checked)}
      />
    </div>
  );
}
