import { closeSync, openSync, readdirSync, readSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { BrokenPromise } from './api-client.ts';
import { isDatabase } from './check-databases.ts';
import { copyFolder, differences, scanFolder } from './disk-folder.ts';
import { ServerProcess } from './server-process.ts';
import { Writer } from './writer.ts';

const endMsMax = 30_000;

/** A folder with some content, stopped cleanly, and a copy of it. */
export async function prepare(folder: string, scratch: string): Promise<{ writer: Writer; base: string }> {
  const server = await ServerProcess.start(folder);
  try {
    await server.ready();
    const writer = await Writer.register(server.client);
    await writer.write(120);
    server.askToStop();
    await within(server.ended(), 'the server does not stop');
    const base = join(scratch, 'base');
    copyFolder(folder, base);
    return { writer, base };
  } finally {
    await server.kill();
  }
}

export async function expectAfterRestart(folder: string, writer: Writer): Promise<void> {
  const server = await ServerProcess.start(folder);
  try {
    await server.ready();
    await writer.expectAll(server.client);
  } finally {
    await server.kill();
  }
}

export async function expectRefusalToStart(
  folder: string,
  what: string,
  env?: Record<string, string>,
): Promise<string> {
  const server = await ServerProcess.start(folder, env);
  try {
    const { code } = await within(server.ended(), `${what} does not keep the server from running`);
    if (code === 0) throw new BrokenPromise(`${what} ends the server with 0:\n${server.output}`);
    expectClear(server.output, folder, what);
    return `exit code ${code}: ${firstLine(server.output)}`;
  } finally {
    await server.kill();
  }
}

/** A person can act on it: it names the place and is no stack trace. */
export function expectClear(output: string, folder: string, what: string, { wantsFolder = true } = {}): void {
  const names = !wantsFolder || output.includes(folder);
  if (output.trim() === '' || !names || /^\s+at .+:\d+:\d+/m.test(output))
    throw new BrokenPromise(`${what} is not told clearly:\n${output}`);
}

export const firstLine = (output: string) => output.trim().split('\n').at(-1)!.slice(0, 300);

export function expectSame(before: string, after: string, what: string): void {
  const found = differences(scanFolder(before), scanFolder(after));
  if (found.length > 0) throw new BrokenPromise(`${what} changed it: ${found.join('; ')}`);
}

export async function within<T>(promise: Promise<T>, otherwise: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new BrokenPromise(otherwise)), endMsMax);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

export const pageBytes = 4096;

export function spoil(path: string, offset: number, length: number): void {
  const file = openSync(path, 'r+');
  const bytes = Buffer.alloc(length);
  readSync(file, bytes, 0, length, offset);
  for (let i = 0; i < length; i++) bytes[i] = bytes[i]! ^ 0xa5;
  writeSync(file, bytes, 0, length, offset);
  closeSync(file);
}

export function largestDatabase(folder: string): string {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name));
  const found = paths.filter(isDatabase).sort((a, b) => statSync(b).size - statSync(a).size)[0];
  if (!found) throw new Error(`${folder} holds no database`);
  return found;
}
