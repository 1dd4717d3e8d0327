/** `npm run sdk`: writes `sdk/schema.ts` from the routes as they are. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateTypes, type OpenApi } from '../sdk/generate.ts';
import { KithProcess } from '../test/e2e/kith-process.ts';
import { formatText } from './format-text.ts';

const file = join(import.meta.dirname, '../sdk/schema.ts');

const folder = await mkdtemp(join(tmpdir(), 'kith-sdk-'));
const kith = await KithProcess.start(folder);
try {
  const answer = await fetch(`${kith.url}/v1/openapi.json`);
  await writeFile(file, formatText(generateTypes((await answer.json()) as OpenApi)));
  console.log(`Wrote ${file}.`);
} finally {
  await kith.stop();
  await rm(folder, { recursive: true });
}
