/** The thread of ChecksumThread. */
import { createHash, type Hash } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';
import { crc32 } from 'node:zlib';
import type { Answer, Task } from './checksum-thread.ts';
import { blockBytes } from './checksums.ts';

/** Streams whose checksum goes on from chunk to chunk; of others it is computed when all is there. */
const wholesMax = 1000;

const room = Buffer.from((workerData as { memory: SharedArrayBuffer }).memory as unknown as ArrayBuffer);
const wholes = new Map<string, { hash: Hash; sizeBytes: number }>();

parentPort!.on('message', (task: Task) => {
  const answer: Answer | undefined = perform(task);
  if (answer) parentPort!.postMessage(answer);
});

function perform(task: Task): Answer | undefined {
  if (task.kind === 'forget') {
    wholes.delete(task.stream);
    return undefined;
  }
  if (task.kind === 'whole') return { id: task.id, sha256: wholeAt(task.stream, task.sizeBytes) };
  const { id, blocks, sizeBytes, stream, from } = task;
  const pieces =
    'bytes' in task
      ? [task.bytes]
      : blocks.map((block, i) => {
          const start = block * blockBytes;
          return room.subarray(start, start + Math.min(blockBytes, sizeBytes - i * blockBytes));
        });
  const whole = stream === undefined ? undefined : wholeFrom(stream, from, sizeBytes);
  const chunk = createHash('sha256');
  const crcs: number[] = [];
  for (const piece of pieces) {
    chunk.update(piece);
    whole?.update(piece);
    crcs.push(crc32(piece));
  }
  return { id, sums: { sha256: chunk.digest('hex'), crcs } };
}

/** The checksum of all that a stream brought before, if it is known, to go on with. */
function wholeFrom(stream: string, from: number, sizeBytes: number): Hash | undefined {
  const known = from === 0 ? { hash: createHash('sha256'), sizeBytes: 0 } : wholes.get(stream);
  wholes.delete(stream);
  if (known?.sizeBytes !== from) return undefined;
  // Last in order: the latest used.
  wholes.set(stream, { hash: known.hash, sizeBytes: from + sizeBytes });
  if (wholes.size > wholesMax) wholes.delete(wholes.keys().next().value!);
  return known.hash;
}

function wholeAt(stream: string, sizeBytes: number): string | null {
  const known = wholes.get(stream);
  return known?.sizeBytes === sizeBytes ? known.hash.copy().digest('hex') : null;
}
