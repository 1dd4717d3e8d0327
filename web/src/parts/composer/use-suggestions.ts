import { useRef, useState } from 'react';
import type { User } from '../../../../sdk/schema.ts';
import { api } from '../../api/client.ts';

export interface Suggestion {
  /** What is put into the text, with its sign. */
  insert: string;
  user?: User;
}

const begun = /(?:^|[\s(])([@#])([\p{L}\p{N}_]{1,30})$/u;
const shownMax = 5;
const askAfterMs = 120;

/** What a name or tag that was begun before the caret could become. */
export function useSuggestions() {
  const [suggestions, setSuggestions] = useState<readonly Suggestion[]>([]);
  const [chosen, setChosen] = useState(0);
  const span = useRef({ from: 0, to: 0 });
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const asked = useRef(0);

  const close = () => {
    clearTimeout(timer.current);
    asked.current += 1;
    setSuggestions([]);
  };
  const follow = (text: string, caret: number) => {
    clearTimeout(timer.current);
    const [, sign, word] = begun.exec(text.slice(0, caret)) ?? [];
    if (!sign || !word) return close();
    span.current = { from: caret - word.length - 1, to: caret };
    asked.current += 1;
    const turn = asked.current;
    timer.current = setTimeout(async () => {
      const found = await suggest(sign, word).catch(() => []);
      if (turn !== asked.current) return;
      setSuggestions(found);
      setChosen(0);
    }, askAfterMs);
  };
  const move = (by: 1 | -1) =>
    setChosen((before) => (before + by + suggestions.length) % Math.max(1, suggestions.length));
  const textWith = ({ insert }: Suggestion, text: string) => {
    const { from, to } = span.current;
    return { text: `${text.slice(0, from)}${insert} ${text.slice(to)}`, caret: from + insert.length + 1 };
  };
  return { suggestions, chosen, follow, move, close, textWith };
}

async function suggest(sign: string, word: string): Promise<Suggestion[]> {
  const type = sign === '@' ? 'users' : 'hashtags';
  const { items } = await api.get('/v1/search', { query: { q: `${sign}${word}`, type, limit: shownMax } });
  return items.flatMap((item): Suggestion[] => {
    if ('username' in item) return [{ insert: `@${item.username}`, user: item }];
    return 'hashtag' in item ? [{ insert: `#${item.hashtag}` }] : [];
  });
}
