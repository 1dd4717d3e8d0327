import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { buildWebApp } from './build.ts';

/** Of scripts, compressed, before the first screen can be drawn. */
const bytesMax = 150 * 1024;

it('loads at most 150 KiB of script for the first screen', async () => {
  const folder = await buildWebApp();
  const page = readFileSync(join(folder, 'index.html'), 'utf8');
  const scripts = [...page.matchAll(/(?:src|href)="\/(assets\/[^"]+\.js)"/g)].map((match) => match[1]!);
  assert.ok(scripts.length > 0);
  const sizes = scripts.map((name) => {
    const compressed = join(folder, `${name}.br`);
    return statSync(existsSync(compressed) ? compressed : join(folder, name)).size;
  });
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  assert.ok(bytes <= bytesMax, `${bytes} bytes in ${scripts.join(', ')}`);
});

it('builds once for the same sources', async () => {
  const before = statSync(await buildWebApp()).mtimeMs;
  assert.equal(statSync(await buildWebApp()).mtimeMs, before);
});
