import { join } from 'node:path';
import type { BenchContext } from '../context.ts';
import { openEventStream } from '../load/event-stream.ts';
import { requestBytes, writeRequestFile } from '../load/request-file.ts';
import { figure, type Section } from '../report/figures.ts';
import { type HeldMemory, measureMemory } from '../servers/inspector.ts';
import { startKith } from '../servers/kith.ts';
import type { BenchWorld } from '../world/world.ts';
import { sound } from './compare.ts';
import { feedPage } from './feed.ts';

const streamsMax = 500;
const inspectPort = 19_229;

/** What one more person reading costs: their place in memory after a page, and with a stream open. */
export async function benchMemory(context: BenchContext): Promise<Section> {
  const world = await context.world('large');
  const nodeOptions = [`--inspect=127.0.0.1:${inspectPort}`];
  const kith = await startKith({ dataDir: world.dataDir, nodeOptions });
  try {
    // The first readers fill what all share: posts, authors, counts.
    await readAll(context, kith.port, { ...world, coldReaders: world.warmReaders });
    const before = await measureMemory(inspectPort);
    await readAll(context, kith.port, world);
    const read = await measureMemory(inspectPort);
    const members = world.coldReaders.slice(0, streamsMax);
    const streams = await Promise.all(
      members.map(({ token }) => openEventStream({ port: kith.port, token }, () => {})),
    );
    const streaming = await measureMemory(inspectPort);
    for (const stream of streams) stream.close();
    return {
      name: 'memory',
      title: 'Memory',
      figures: [
        figure('held by the server before', [megabytes(before)], 'MB'),
        figure('per active reader', [perOne(before, read, world.coldReaders.length)], 'kB'),
        figure('per open stream, more', [perOne(read, streaming, members.length)], 'kB'),
        figure('resident set at the end', [streaming.residentBytes / 1e6], 'MB'),
      ],
      notes: [
        `heap and array buffers after a full collection, as readers go from ${world.warmReaders.length} to ${world.warmReaders.length + world.coldReaders.length}, ${world.size.followsPerReader} follows each`,
      ],
    };
  } finally {
    await kith.stop();
  }
}

async function readAll(context: BenchContext, port: number, { coldReaders }: BenchWorld) {
  const { generator, connections, workDir } = context;
  const requestFile = join(workDir, 'memory.requests');
  writeRequestFile(
    requestFile,
    coldReaders.map((member) => requestBytes(feedPage(member))),
  );
  const requestsMax = coldReaders.length;
  sound(
    await generator.run({ port, connections, requestFile, warmupMs: 0, durationMs: 60_000, requestsMax }),
  );
}

const held = ({ heapBytes, externalBytes }: HeldMemory) => heapBytes + externalBytes;
const megabytes = (memory: HeldMemory) => held(memory) / 1e6;
const perOne = (before: HeldMemory, after: HeldMemory, count: number) =>
  (held(after) - held(before)) / count / 1000;
