import { createClient, type FieldProblem, KithError } from '../../../sdk/client.ts';
import { en } from '../i18n/en.ts';
import { chosenLanguage, type MessageKey, t } from '../i18n/translate.ts';

export const api = createClient();
export { KithError };

/** What went wrong, in words for people. The server explains in English; other languages have words by code. */
export function problemText(error: unknown): string {
  if (!(error instanceof KithError)) return t('problem.internal');
  if (error.code === 'offline') return t('problem.offline');
  if (chosenLanguage() === 'en') return error.message;
  const [first] = error.fields;
  if (first) return fieldText(first);
  const keys = [`refused.${error.reason}`, `problem.${error.code}`];
  return t((keys.find((key) => key in en) as MessageKey | undefined) ?? 'problem.internal');
}

/** What is wrong with one field of a form. */
export function fieldProblem(error: unknown, field: string): string | undefined {
  const found = error instanceof KithError && error.fields.find((each) => each.field === field);
  return found ? fieldText(found) : undefined;
}

function fieldText({ message, code, limit = 0 }: FieldProblem): string {
  if (chosenLanguage() === 'en') return message;
  const key = `field.${code}`;
  return t(key in en ? (key as MessageKey) : 'field.form', { limit });
}

/** Unlike `crypto.randomUUID`, also there where Kith is reached by plain http. */
export function freshKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
