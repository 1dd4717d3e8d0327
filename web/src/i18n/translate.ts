/** Words by key, in the language of the person. Catalogues other than English come when they are needed. */
import type { Catalogue, MessageKey } from './catalogue.ts';
import { en } from './en.ts';

export type { MessageKey };
export type Values = Readonly<Record<string, string | number>>;

interface Language {
  /** In its own words. */
  name: string;
  load: () => Promise<Catalogue>;
}

/** Adding one: write its catalogue beside the others, and name it here. */
export const languages: Readonly<Record<string, Language>> = {
  en: { name: 'English', load: async () => en },
  de: { name: 'Deutsch', load: async () => (await import('./de.ts')).de },
};

const rightToLeft = new Set(['ar', 'fa', 'he', 'ur']);
const languageKey = 'kith.language';

let catalogue: Catalogue = en;
let locale = 'en';
let plurals = new Intl.PluralRules(locale);

/** To be awaited before anything is drawn. */
export async function startLanguage(): Promise<void> {
  const wished = [localStorage.getItem(languageKey) ?? '', ...navigator.languages];
  const tag = wished.find((each) => languages[each.split('-')[0]!] && isTag(each)) ?? 'en';
  const language = tag.split('-')[0]!;
  try {
    catalogue = await languages[language]!.load();
    locale = tag;
  } catch {
    // Offline, and not kept: English is always here.
  }
  plurals = new Intl.PluralRules(locale);
  document.documentElement.lang = locale;
  document.documentElement.dir = rightToLeft.has(language) ? 'rtl' : 'ltr';
}

/** Browsers hand on what the system says, and some systems say `en-US@posix`. */
function isTag(text: string): boolean {
  try {
    return Intl.getCanonicalLocales(text).length === 1;
  } catch {
    return false;
  }
}

export const chosenLanguage = (): string => locale.split('-')[0]!;

/** Takes effect when the page is opened again. */
export function chooseLanguage(language: string): void {
  localStorage.setItem(languageKey, language);
  location.reload();
}

export const localeName = (): string => locale;

/** The words under a key; `{name}` is replaced by the value of that name, and `count` chooses the plural. */
export function t(key: MessageKey, values: Values = {}): string {
  const message = catalogue[key];
  const words =
    typeof message === 'string'
      ? message
      : plurals.select(Number(values['count'])) === 'one'
        ? message.one
        : message.other;
  return words.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    return typeof value === 'number' ? formatNumber(value) : value;
  });
}

/** The words as they stand in the catalogue, for those who fill them in elsewhere. */
export const catalogueOf = (keys: readonly MessageKey[]): Partial<Catalogue> =>
  Object.fromEntries(keys.map((key) => [key, catalogue[key]]));

const made = new Map<string, unknown>();
function kept<Value>(key: string, make: () => Value): Value {
  const whole = `${locale} ${key}`;
  if (!made.has(whole)) made.set(whole, make());
  return made.get(whole) as Value;
}

export const formatNumber = (value: number): string =>
  kept('number', () => new Intl.NumberFormat(locale)).format(value);

export const formatCount = (value: number): string =>
  kept('count', () => new Intl.NumberFormat(locale, { notation: 'compact' })).format(value);

const byteUnits = [
  ['terabyte', 1e12],
  ['gigabyte', 1e9],
  ['megabyte', 1e6],
  ['kilobyte', 1e3],
] as const;

export const formatBytes = (bytes: number): string => {
  const [unit, size] = byteUnits.find(([, least]) => bytes >= least) ?? (['byte', 1] as const);
  return kept(
    unit,
    () =>
      new Intl.NumberFormat(locale, {
        style: 'unit',
        unit,
        unitDisplay: unit === 'byte' ? 'long' : 'short',
        maximumFractionDigits: 1,
      }),
  ).format(bytes / size);
};

export const formatDate = (iso: string): string =>
  kept('date', () => new Intl.DateTimeFormat(locale, { dateStyle: 'medium' })).format(new Date(iso));

export const formatTime = (iso: string): string =>
  kept('time', () => new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeStyle: 'short' })).format(
    new Date(iso),
  );

/** A moment among others, where the weekday would be too much. */
export const formatMoment = (iso: string): string =>
  kept('moment', () => new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' })).format(
    new Date(iso),
  );

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** As short as it stays clear: “now”, “5m”, “3h”, “2d”, then the date. */
export function formatAgo(iso: string): string {
  const ago = Date.now() - new Date(iso).getTime();
  if (ago < minuteMs) return t('time.now');
  const short = (unit: 'minute' | 'hour' | 'day', value: number) =>
    kept(
      `ago ${unit}`,
      () => new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'narrow' }),
    ).format(Math.floor(value));
  if (ago < hourMs) return short('minute', ago / minuteMs);
  if (ago < dayMs) return short('hour', ago / hourMs);
  if (ago < 7 * dayMs) return short('day', ago / dayMs);
  const isThisYear = new Date(iso).getFullYear() === new Date().getFullYear();
  return kept(`day ${isThisYear}`, () => {
    const year = isThisYear ? {} : ({ year: 'numeric' } as const);
    return new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', ...year });
  }).format(new Date(iso));
}
