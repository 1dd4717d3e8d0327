import { invalid } from '../../lib/refusal.ts';

export const passwordCharactersMin = 10;
export const passwordCharactersMax = 200;

/** The commonest of ten characters and more; shorter ones are refused by length. */
const commonPasswords = new Set(
  `1234567890 12345678910 123456789a 0123456789 0987654321 9876543210 1234567891 1q2w3e4r5t 1qaz2wsx3edc
   123qweasdzxc qwertyuiop qwertyuiop123 qwerty1234 qwerty12345 qwerty123456 1234qwerty asdfghjkl1 asdfghjkl123
   zxcvbnm123 password10 password11 password12 password123 password1234 password12345 password123456 passw0rd123
   passwordpassword mypassword mypassword1 iloveyou12 iloveyou123 iloveyou1234 sunshine12 sunshine123 princess12
   princess123 football12 football123 baseball12 baseball123 superman123 batman1234 welcome123 welcome1234
   letmein123 letmein1234 trustno1trustno1 administrator admin12345 admin123456 adminadmin abcdefghij abcdefghijk
   abcdefghijklmnopqrstuvwxyz abc1234567 abcd123456 abcde12345 a123456789 aa12345678 qazwsxedcrfv q1w2e3r4t5
   q1w2e3r4t5y6 1122334455 1212121212 1029384756 changeme123 starwars123 charlie123 michael123 jennifer1
   jordan2323 monkey1234 dragon1234 shadow1234 master1234 liverpool1 manchester chocolate1 basketball
   computer123 internet123 samsung123 google1234 facebook123 minecraft1 pokemon123 correcthorsebatterystaple`.split(
    /\s+/,
  ),
);

/** Throws `invalid` with what is wrong, in plain words. */
export function checkPassword(
  password: string,
  { username, email, field = 'password' }: { username: string; email: string; field?: string },
): void {
  const characters = [...password].length;
  const folded = password.toLowerCase();
  if (!password.isWellFormed()) throw invalid(field, 'This password holds a broken character.', 'plain-text');
  if (characters < passwordCharactersMin) {
    throw invalid(
      field,
      `A password needs at least ${passwordCharactersMin} characters. A few words together are easy to remember.`,
      'password-short',
      passwordCharactersMin,
    );
  }
  if (characters > passwordCharactersMax) {
    const message = `A password has at most ${passwordCharactersMax} characters.`;
    throw invalid(field, message, 'too-long', passwordCharactersMax);
  }
  if (folded === username || folded === email || folded === email.split('@')[0]) {
    throw invalid(field, 'A password must not be your name or your address.', 'password-own-name');
  }
  if (commonPasswords.has(folded) || new Set(folded).size < 4) {
    throw invalid(
      field,
      'This password is among the first that others would try. Please choose another.',
      'password-common',
    );
  }
}
