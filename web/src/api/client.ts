import { createClient, KithError } from '../../../sdk/client.ts';
import { en } from '../i18n/en.ts';
import { chosenLanguage, type MessageKey, t } from '../i18n/translate.ts';

export const api = createClient();
export { KithError };

/** What went wrong, in words for people. The server explains in English; other languages have words by code. */
export function problemText(error: unknown): string {
  if (!(error instanceof KithError)) return t('problem.internal');
  const key = `problem.${error.code}`;
  const isKnown = key in en;
  if (error.code === 'offline' || (chosenLanguage() !== 'en' && isKnown)) return t(key as MessageKey);
  return error.message;
}

/** What is wrong with one field of a form. */
export const fieldProblem = (error: unknown, field: string): string | undefined =>
  error instanceof KithError ? error.fields.find((each) => each.field === field)?.message : undefined;

/** Unlike `crypto.randomUUID`, also there where Kith is reached by plain http. */
export function freshKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
