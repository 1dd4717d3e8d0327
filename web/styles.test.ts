import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';

/** Properties and values that name a side of the screen rather than of the text. */
const physical =
  /(?<![\w-])(?:(?:margin|padding|border)-(?:left|right|top|bottom)|left|right|top|bottom|float|clear|(?:min-|max-)?(?:width|height))\s*:|text-align\s*:\s*(?:left|right)/;

it('says in styles nothing of left and right, so that every page turns with its language', () => {
  for (const file of globSync('src/styles/*.css', { cwd: import.meta.dirname })) {
    const lines = readFileSync(join(import.meta.dirname, file), 'utf8').split('\n');
    const found = lines.filter((line) => !line.includes('@media') && physical.test(line));
    assert.deepEqual(found, [], file);
  }
});
