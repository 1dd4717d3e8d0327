import { invalid } from '../../lib/refusal.ts';
import { cleanText } from '../../lib/text.ts';

/** What people say of themselves, as they send it. Null and empty take it away. */
export interface ProfileFields {
  displayName?: string | undefined;
  bio?: string | undefined;
  location?: string | null | undefined;
  birthDate?: string | null | undefined;
  gender?: string | null | undefined;
}

export interface CleanProfileFields {
  displayName?: string;
  bio?: string;
  location?: string | null;
  birthDate?: string | null;
  gender?: string | null;
}

const displayNameBytesMax = 200;
const bioBytesMax = 4000;
const locationBytesMax = 400;
const genderBytesMax = 200;

/** Only the fields that were sent, checked. */
export function cleanProfileFields(fields: ProfileFields, nowMs: number): CleanProfileFields {
  const { displayName, bio, location, birthDate, gender } = fields;
  const clean: CleanProfileFields = {};
  if (displayName !== undefined) {
    clean.displayName = cleanText(displayName, {
      field: 'displayName',
      bytesMin: 1,
      bytesMax: displayNameBytesMax,
    });
  }
  if (bio !== undefined) clean.bio = cleanText(bio, { field: 'bio', bytesMax: bioBytesMax, multiline: true });
  if (location !== undefined) clean.location = optionalLine(location, 'location', locationBytesMax);
  if (gender !== undefined) clean.gender = optionalLine(gender, 'gender', genderBytesMax);
  if (birthDate !== undefined) clean.birthDate = birthDate ? checkBirthDate(birthDate, nowMs) : null;
  return clean;
}

function optionalLine(text: string | null, field: string, bytesMax: number): string | null {
  return text === null ? null : cleanText(text, { field, bytesMax }) || null;
}

function checkBirthDate(text: string, nowMs: number): string {
  const timeMs = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(timeMs) || new Date(timeMs).toISOString().slice(0, 10) !== text) {
    throw invalid(
      'birthDate',
      'This is not a date. Write it as year-month-day, such as 1990-05-31.',
      'date-form',
    );
  }
  if (timeMs > nowMs || text < '1900')
    throw invalid('birthDate', 'Nobody here was born on that day.', 'birth-date');
  return text;
}
