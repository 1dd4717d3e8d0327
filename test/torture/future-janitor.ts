import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfig } from '../../src/config/config.ts';
import { openKith } from '../../src/main.ts';
import { systemClock } from '../../src/ports/clock/clock.ts';
import { createJanitorRole } from '../../src/roles/janitor.ts';
import { BrokenPromise } from './api-client.ts';

const dayMs = 86_400_000;
/** Beyond every grace there is, in steps: what one step lets go another takes away. */
const daysAhead = [2, 4, 40, 42, 44];
const blobsListedMax = 1000;

/**
 * Lets the janitor work on a folder as if weeks had gone by, and then looks for blobs that nothing leads to, and for
 * rows whose blobs are gone. `kept` must be there whole, and nothing else. Answers how many blobs are left.
 */
export async function tidyAsInWeeks(folder: string, kept: ReadonlySet<string>): Promise<number> {
  let aheadMs = 0;
  const clock = { ...systemClock, nowMs: () => systemClock.nowMs() + aheadMs };
  const settings = loadConfig({ environment: {}, overrides: { data: folder, logLevel: 'silent' } });
  const kith = await openKith(settings, { clock });
  try {
    const report = (error: unknown, doing: string) => {
      throw new BrokenPromise(`the janitor failed ${doing}: ${error}`);
    };
    for (const days of daysAhead) {
      aheadMs = days * dayMs;
      const janitor = createJanitorRole(kith.ports, kith.features, report);
      while ((await janitor.pass()) > 0);
    }
    const expected = new Set<string>();
    for (const id of kept) {
      const medium = await kith.features.media.find(id);
      if (medium?.state !== 'ready') throw new BrokenPromise(`${id} is ${medium?.state ?? 'gone'}`);
      const { name, original, shown } = medium;
      expected.add(original);
      const run = `media/${name.slice(0, 2)}/${name}/${shown!.run}/`;
      const files = await kith.ports.blobs.list(run, { limit: blobsListedMax });
      const named = new Set(files.map((each) => each.name));
      for (const { file } of shown!.variants)
        if (!named.has(run + file)) throw new BrokenPromise(`${id} lacks ${file}`);
      for (const file of [shown!.poster, shown!.playlist])
        if (file !== null && !named.has(run + file)) throw new BrokenPromise(`${id} lacks ${file}`);
      for (const each of named) expected.add(each);
    }
    let after: string | undefined;
    for (let found = 0; ; ) {
      const page = await kith.ports.blobs.list('', { after, limit: blobsListedMax });
      for (const { name } of page)
        if (!expected.delete(name)) throw new BrokenPromise(`nothing leads to the blob ${name}`);
      found += page.length;
      after = page.at(-1)?.name;
      if (page.length === blobsListedMax) continue;
      if (expected.size > 0) throw new BrokenPromise(`missing: ${[...expected].slice(0, 5)}`);
      const left = readdirSync(join(folder, 'blobs/partial')).length;
      if (left > 0) throw new BrokenPromise(`${left} files are left half written`);
      return found;
    }
  } finally {
    await kith.close();
  }
}
