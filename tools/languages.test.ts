import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { de } from '../web/src/i18n/de.ts';
import { en } from '../web/src/i18n/en.ts';

const root = join(import.meta.dirname, '..');
type Message = string | { one: string; other: string };

const valuesIn = (message: Message): string[] =>
  [...(typeof message === 'string' ? message : message.other).matchAll(/\{\w+\}/g)].map(String).sort();

it('says in German all that it says in English, with the same values', () => {
  const english: Readonly<Record<string, Message>> = en;
  const german: Readonly<Record<string, Message>> = de;
  assert.deepEqual(Object.keys(german).sort(), Object.keys(english).sort());
  for (const [key, message] of Object.entries(english)) {
    assert.deepEqual(valuesIn(german[key]!), valuesIn(message), key);
    assert.equal(typeof german[key], typeof message, key);
  }
});

it('has no words that nothing says', () => {
  const files = globSync('web/src/**/*.{ts,tsx}', { cwd: root }).filter((path) => !path.includes('i18n'));
  const sources = files.map((path) => readFileSync(join(root, path), 'utf8')).join('\n');
  const families = [...sources.matchAll(/`([\w.-]+\.)\$\{/g)].map((match) => match[1]!);
  const ownFile = readFileSync(join(root, 'web/src/i18n/translate.ts'), 'utf8');
  const unsaid = Object.keys(en).filter(
    (key) =>
      !sources.includes(`'${key}'`) &&
      !ownFile.includes(`'${key}'`) &&
      !families.some((family) => key.startsWith(family)),
  );
  assert.deepEqual(unsaid, []);
});
