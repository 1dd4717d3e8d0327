import { Link } from '@tanstack/react-router';
import { Fragment, memo, type ReactNode, useState } from 'react';
import { t } from '../i18n/translate.ts';

const parts =
  /(https?:\/\/[^\s<>"]+)|(?<![\p{L}\p{N}_&/])#([\p{L}\p{N}_]+)|(?<![\p{L}\p{N}_/@.])@([a-z0-9_]{3,30})(?![a-z0-9_])/giu;
const trailing = /[.,;:!?)\]}'"»”]+$/;
const foldCharacters = 600;
const foldLines = 12;

/** Words with their links, tags and names to press. Everything is text to React, so nothing in it can run. */
export const RichText = memo(function RichText({ text }: { text: string }) {
  const found: ReactNode[] = [];
  let at = 0;
  for (const match of text.matchAll(parts)) {
    const [whole, address, tag, name] = match;
    found.push(text.slice(at, match.index));
    at = match.index + whole.length;
    if (address) {
      const kept = address.replace(trailing, '');
      at -= address.length - kept.length;
      found.push(<OuterLink address={kept} />);
    } else if (tag) {
      found.push(
        <Link to="/search" search={{ q: `#${tag}` }}>
          #{tag}
        </Link>,
      );
    } else if (name) {
      found.push(
        <Link to="/@{$username}" params={{ username: name.toLowerCase() }}>
          @{name}
        </Link>,
      );
    }
  }
  found.push(text.slice(at));
  // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a text have no other name than their place.
  return found.map((part, index) => <Fragment key={index}>{part}</Fragment>);
});

function OuterLink({ address }: { address: string }) {
  const words = address.replace(/^https?:\/\/(www\.)?/, '').replace(/\/$/, '');
  return (
    <a href={address} target="_blank" rel="nofollow noopener noreferrer" dir="ltr">
      {words.length > 48 ? `${words.slice(0, 46)}…` : words}
    </a>
  );
}

/** Long texts begin folded. */
export function LongText({ text, isFolding = true }: { text: string; isFolding?: boolean }) {
  const [isOpen, setIsOpen] = useState(false);
  const isLong = isFolding && (text.length > foldCharacters || text.split('\n').length > foldLines);
  const shown = isLong && !isOpen ? foldedText(text) : text;
  return (
    <>
      <p className="words" dir="auto">
        <RichText text={shown} />
        {isLong && !isOpen && '…'}
      </p>
      {isLong && (
        <button
          type="button"
          className="link-button"
          aria-expanded={isOpen}
          onClick={() => setIsOpen(!isOpen)}
        >
          {t(isOpen ? 'do.less' : 'do.more')}
        </button>
      )}
    </>
  );
}

function foldedText(text: string): string {
  const lines = text.split('\n').slice(0, foldLines).join('\n');
  return lines.length > foldCharacters ? lines.slice(0, foldCharacters).replace(/\s+\S*$/, '') : lines;
}
