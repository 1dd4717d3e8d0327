/** The builder's process. Usage: node bench/world/main.ts DATA_FOLDER SIZE (a WorldSize as JSON). */
import { randomBytes } from 'node:crypto';
import { operationsOf } from '../../cli/seed/operations.ts';
import { loadConfig } from '../../src/config/config.ts';
import { createPasswordHasher } from '../../src/features/accounts/index.ts';
import { type Kith, openKith } from '../../src/main.ts';
import { systemClock } from '../../src/ports/clock/clock.ts';
import type { BuildMessage } from './build.ts';
import { populate } from './populate.ts';
import type { WorldSize } from './world.ts';

/** Resolves when the message has left: the last one is large. */
const tell = (message: BuildMessage) =>
  new Promise<void>((resolve) => {
    process.send?.(message, () => resolve());
  });

async function build(data: string, size: WorldSize) {
  const startMs = systemClock.monotonicMs();
  const kith = await openKith(loadConfig({ overrides: { data, logLevel: 'error' } }));
  const password = randomBytes(9).toString('base64url');
  const passwordHash = await createPasswordHasher().hash(password);
  const world = await populate({
    size,
    operations: operationsOf(kith.features, { password, passwordHash }),
    onStage: (name, count) => tell({ progress: `${count} ${name}` }),
  });
  tell({ progress: 'notifications and search' });
  await settle(kith);
  await kith.close();
  return { ...world, buildSeconds: (systemClock.monotonicMs() - startMs) / 1000 };
}

/** Once through its consumers, so that every server started on this world finds their work done. */
async function settle({ features, ports }: Kith): Promise<void> {
  const consumers = [await features.notifications.consume(ports.log), await features.search.consume()];
  await features.search.idle();
  for (const consumer of consumers) {
    await consumer.caughtUp();
    await consumer.close();
  }
}

build(process.argv[2]!, JSON.parse(process.argv[3]!) as WorldSize).then(
  async (world) => {
    await tell({ world });
    process.disconnect?.();
  },
  async (error: unknown) => {
    await tell({ error: error instanceof Error ? String(error.stack) : String(error) });
    process.exit(1);
  },
);
