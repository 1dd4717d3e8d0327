import { Ellipsis, type LucideIcon } from 'lucide-react';
import { type KeyboardEvent, useId, useRef, useState } from 'react';
import { IconButton } from './icon-button.tsx';

export interface MenuItem {
  icon: LucideIcon;
  words: string;
  isLoss?: boolean;
  act: () => void;
}

const gapPx = 4;

/** A button with a list of things to do. The list is a popover, so the browser closes it with Escape or a click beside. */
export function Menu({ label, items }: { label: string; items: readonly MenuItem[] }) {
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const [isOpen, setIsOpen] = useState(false);
  // Every post has one, and few are ever opened.
  const [wasOpened, setWasOpened] = useState(false);

  const place = () => {
    const [from, menu] = [button.current?.getBoundingClientRect(), list.current];
    if (!from || !menu) return;
    const isRightToLeft = document.documentElement.dir === 'rtl';
    const wished = isRightToLeft ? from.left : from.right - menu.offsetWidth;
    const fitsBelow = from.bottom + menu.offsetHeight + gapPx < innerHeight;
    menu.style.left = `${Math.max(gapPx, Math.min(wished, innerWidth - menu.offsetWidth - gapPx))}px`;
    menu.style.top = `${fitsBelow ? from.bottom + gapPx : from.top - menu.offsetHeight - gapPx}px`;
  };
  const entries = () => [...(list.current?.querySelectorAll<HTMLElement>('[role=menuitem]') ?? [])];
  const move = (event: KeyboardEvent) => {
    const all = entries();
    const at = all.indexOf(document.activeElement as HTMLElement);
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (event.key === 'Tab') list.current?.hidePopover();
    if (next === undefined) return;
    event.preventDefault();
    all.at(next % all.length)?.focus();
  };
  return (
    <>
      <IconButton
        ref={button}
        icon={Ellipsis}
        label={label}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        popoverTarget={id}
      />
      <div
        ref={list}
        id={id}
        popover="auto"
        role="menu"
        tabIndex={-1}
        aria-label={label}
        className="menu"
        onKeyDown={move}
        onBeforeToggle={() => setWasOpened(true)}
        onToggle={(event) => {
          const opens = event.newState === 'open';
          setIsOpen(opens);
          if (!opens) return;
          place();
          entries()[0]?.focus();
        }}
      >
        {(wasOpened ? items : []).map(({ icon: Icon, words, isLoss, act }) => (
          <button
            key={words}
            type="button"
            role="menuitem"
            className={isLoss ? 'menu-item is-loss' : 'menu-item'}
            onClick={() => {
              list.current?.hidePopover();
              act();
            }}
          >
            <Icon size={20} strokeWidth={1.75} aria-hidden="true" />
            {words}
          </button>
        ))}
      </div>
    </>
  );
}
