import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { describe } from './failures.ts';
import type { Batch, ToWriter, WriterOptions } from './wire.ts';
import { Writer } from './writer.ts';

/**
 * The thread that owns the only write connection. Whatever has queued up while it was busy becomes one
 * transaction, so that many commits share one fsync.
 */
const port = parentPort!;
const groupCommitsMax = 500;
const idleCheckpointMs = 1_000;

const writer = openWriter();
let held: ToWriter | undefined;
let idle: NodeJS.Timeout | undefined;

port.on('message', (first: ToWriter) => {
  clearTimeout(idle);
  if (!writer) return;
  try {
    let message: ToWriter | undefined = first;
    while (message) {
      if (message.type === 'close') return close(writer);
      if (message.type === 'trim') port.postMessage(writer.trim(message));
      else port.postMessage(writer.write(gather(message)));
      message = take();
    }
    idle = setTimeout(() => endOnFailure(() => writer.checkpoint()), idleCheckpointMs);
  } catch (error) {
    end(error);
  }
});

function openWriter(): Writer | undefined {
  try {
    const opened = new Writer(workerData as WriterOptions);
    port.postMessage({ type: 'ready' });
    return opened;
  } catch (error) {
    end(error);
    return undefined;
  }
}

function take(): ToWriter | undefined {
  const next = held ?? (receiveMessageOnPort(port)?.message as ToWriter | undefined);
  held = undefined;
  return next;
}

/** The batches waiting behind the first one, as many as make a group; `held` keeps what ended it. */
function gather(first: Batch): Batch[] {
  const group = [first];
  let commits = first.commits;
  while (commits < groupCommitsMax) {
    const next = take();
    if (!next) break;
    if (next.type !== 'batch') {
      held = next;
      break;
    }
    group.push(next);
    commits += next.commits;
  }
  return group;
}

function close(open: Writer): void {
  open.close();
  port.close();
}

function endOnFailure(work: () => void): void {
  try {
    work();
  } catch (error) {
    end(error);
  }
}

/** What is on the disk is unknown from here on: tell, and touch nothing more. */
function end(error: unknown): void {
  port.postMessage({ type: 'fatal', message: describe(error) });
  port.close();
}
