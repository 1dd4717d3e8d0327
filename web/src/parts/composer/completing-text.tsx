import { type ClipboardEvent, type KeyboardEvent, type Ref, useId, useImperativeHandle, useRef } from 'react';
import { Avatar } from '../avatar.tsx';
import { nameOf } from '../person.tsx';
import { type Suggestion, useSuggestions } from './use-suggestions.ts';

interface CompletingTextProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  placeholder?: string;
  rows?: number;
  /** Ctrl or ⌘ with Enter. */
  onSend?: () => void;
  onPaste?: (event: ClipboardEvent) => void;
  hasFocus?: boolean;
  ref?: Ref<{ focus: () => void }>;
}

/** A text in which `@` and `#` offer people and tags as one types. */
export function CompletingText({ label, value, onChange, rows = 3, ref, ...rest }: CompletingTextProps) {
  const id = useId();
  const area = useRef<HTMLTextAreaElement>(null);
  useImperativeHandle(ref, () => ({ focus: () => area.current?.focus() }));
  const { suggestions, chosen, follow, move, close, textWith } = useSuggestions();

  const take = (suggestion: Suggestion) => {
    const element = area.current!;
    const { text, caret } = textWith(suggestion, value);
    onChange(text);
    close();
    requestAnimationFrame(() => {
      element.focus();
      element.setSelectionRange(caret, caret);
    });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      return rest.onSend?.();
    }
    if (suggestions.length === 0) return;
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      move(event.key === 'ArrowDown' ? 1 : -1);
    } else if ((event.key === 'Enter' || event.key === 'Tab') && suggestions[chosen]) {
      event.preventDefault();
      take(suggestions[chosen]);
    } else if (event.key === 'Escape') {
      event.preventDefault();
      event.stopPropagation();
      close();
    }
  };
  return (
    <div className="completing">
      <textarea
        ref={area}
        aria-label={label}
        aria-autocomplete="list"
        aria-controls={suggestions.length > 0 ? id : undefined}
        aria-activedescendant={suggestions.length > 0 ? `${id}-${chosen}` : undefined}
        rows={rows}
        dir="auto"
        value={value}
        placeholder={rest.placeholder}
        // biome-ignore lint/a11y/noAutofocus: the dialog or the reply was opened in order to write.
        autoFocus={rest.hasFocus}
        onChange={(event) => {
          onChange(event.target.value);
          follow(event.target.value, event.target.selectionStart);
        }}
        onKeyDown={onKeyDown}
        onBlur={close}
        onPaste={rest.onPaste}
      />
      {suggestions.length > 0 && (
        <div id={id} role="listbox" aria-label={label} className="suggestions">
          {suggestions.map((suggestion, index) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: keys go to the text, which names the chosen one.
            // biome-ignore lint/a11y/useFocusableInteractive: the focus stays in the text.
            <div
              key={suggestion.insert}
              id={`${id}-${index}`}
              role="option"
              aria-selected={index === chosen}
              className="suggestion"
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => take(suggestion)}
            >
              {suggestion.user && <Avatar user={suggestion.user} size="small" />}
              <span>
                {suggestion.user && <strong>{nameOf(suggestion.user)} </strong>}
                <span className="faint">{suggestion.insert}</span>
              </span>
            </div>
          ))}
        </div>
      )}
    </div>
  );
}
