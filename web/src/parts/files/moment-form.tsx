import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useId, useState } from 'react';
import { t } from '../../i18n/translate.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const keptDays = 30;
const shortcuts = [
  { words: 'moment.hour', backMs: hourMs },
  { words: 'moment.day', backMs: dayMs },
  { words: 'moment.week', backMs: 7 * dayMs },
] as const;

/** As the input takes it: local, without a zone. */
const localTime = (ms: number): string =>
  new Date(ms - new Date(ms).getTimezoneOffset() * minuteMs).toISOString().slice(0, 16);

/** Leads to all as it was at any moment that is kept. */
export function MomentForm({ at, path = '' }: { at?: string; path?: string }) {
  const id = useId();
  const navigate = useNavigate();
  const [now] = useState(() => Date.now());
  const [chosen, setChosen] = useState(() => localTime(at ? Date.parse(at) : now - hourMs));
  const show = (ms: number) => {
    setChosen(localTime(ms));
    const search = { at: new Date(ms).toISOString(), ...(path && { path }) };
    void navigate({ to: '/files/snapshots/$id', params: { id: 'at' }, search });
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const ms = Date.parse(chosen);
    if (Number.isFinite(ms)) show(ms);
  };
  return (
    <form className="moment-form" onSubmit={submit}>
      <label htmlFor={id}>{t('moment.title')}</label>
      <div className="moment-line">
        <input
          id={id}
          type="datetime-local"
          required
          min={localTime(now - 365 * dayMs)}
          max={localTime(now)}
          value={chosen}
          onChange={({ target }) => setChosen(target.value)}
        />
        <button type="submit" className="button">
          {t('moment.show')}
        </button>
      </div>
      <div className="moment-shortcuts">
        {shortcuts.map(({ words, backMs }) => (
          <button key={words} type="button" className="link-button" onClick={() => show(now - backMs)}>
            {t(words)}
          </button>
        ))}
      </div>
      {!at && <p className="small faint">{t('moment.more', { count: keptDays })}</p>}
    </form>
  );
}
