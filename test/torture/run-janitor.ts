/** The janitor of a folder as if days had gone by, as a process that can be killed. Usage: node run-janitor.ts FOLDER DAYS… */
import { loadConfig } from '../../src/config/config.ts';
import { openKith } from '../../src/main.ts';
import { systemClock } from '../../src/ports/clock/clock.ts';
import { createJanitorRole } from '../../src/roles/janitor.ts';

const dayMs = 86_400_000;
const [folder, ...days] = process.argv.slice(2);
let aheadMs = 0;
const clock = { ...systemClock, nowMs: () => systemClock.nowMs() + aheadMs };
const settings = loadConfig({ environment: {}, overrides: { data: folder!, logLevel: 'silent' } });
const kith = await openKith(settings, { clock });
for (const ahead of days) {
  aheadMs = Number(ahead) * dayMs;
  const report = (error: unknown, doing: string) => console.error(`failed ${doing}:`, error);
  const janitor = createJanitorRole(kith.ports, kith.features, report);
  while ((await janitor.pass()) > 0);
}
const { chunks, damaged } = await scrubbed();
const collected = await kith.features.contents.collector.progress();
await kith.close();
console.log(JSON.stringify({ chunks, damaged, collected }));

async function scrubbed() {
  for (;;) {
    const progress = await kith.features.contents.scrub.step();
    if (progress.endedAtMs !== undefined) return progress;
  }
}
