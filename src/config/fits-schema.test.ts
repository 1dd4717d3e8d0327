import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Check } from 'typebox/value';
import { fitsSchema } from './fits-schema.ts';
import { settingNames, settingSchemaOf } from './settings.ts';

const values = [
  ...[
    '',
    ' ',
    'a',
    'on',
    'off',
    'open',
    'embedded',
    'info',
    'https://kith.example',
    'http://a b',
    'smtp://m',
  ],
  ...[
    'a@b',
    'x'.repeat(32),
    'x'.repeat(400),
    '127.0.0.1:80',
    'a,b',
    'kith',
    'Kith',
    'redis://r',
    '10',
    'all',
  ],
  ...[0, 1, -1, 1.5, 7, 8, 80, 100, 65_536, 2 ** 20, 2 ** 41, Number.NaN, null, true, undefined, {}],
  ...[[], ['api'], ['api', 'none'], ['host:1'], ['host:port'], [1], ['10.0.0.1']],
];

it('says of every setting what a whole validator says', () => {
  for (const name of settingNames) {
    const schema = settingSchemaOf(name);
    for (const value of values)
      assert.equal(fitsSchema(schema, value), Check(schema, value), `${name}: ${JSON.stringify(value)}`);
  }
});
