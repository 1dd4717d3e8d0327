import { arabic } from './arabic.ts';
import { chinese } from './chinese.ts';
import { english } from './english.ts';
import { french } from './french.ts';
import { german } from './german.ts';
import { hindi } from './hindi.ts';
import { japanese } from './japanese.ts';
import type { Language } from './language.ts';
import { portuguese } from './portuguese.ts';
import { spanish } from './spanish.ts';
import { turkish } from './turkish.ts';

export const languages = {
  english,
  german,
  spanish,
  french,
  portuguese,
  turkish,
  arabic,
  hindi,
  chinese,
  japanese,
} satisfies Record<string, Language>;
export type LanguageName = keyof typeof languages;
