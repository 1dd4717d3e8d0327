/**
 * The door for the operator's own command line: while a server owns the data folder, `kith user add` and the like
 * ask it to do the work. It listens on loopback at a port of the system's choosing; a token in a file of the data
 * folder, readable by its owner alone, is the key. Answers are lines of JSON: any number of `{progress}`, then
 * one `{result}` or `{error}`.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createServer } from '../../lib/node-http.ts';
import type { Command, CommandArguments } from './commands.ts';

export const controlFile = (folder: string) => join(folder, 'control.json');
const bodyBytesMax = 64 * 1024;

export interface ControlAddress {
  port: number;
  token: string;
  pid: number;
}

export interface ControlServer {
  close(): Promise<void>;
}

export async function startControlServer(
  folder: string,
  run: (
    command: string,
  ) => ((args: CommandArguments, progress: (text: string) => void) => Promise<unknown>) | undefined,
): Promise<ControlServer> {
  const token = randomBytes(32).toString('base64url');
  const server = createServer((request, response) => {
    answer(request, response, token, run).catch((error: unknown) => {
      response.end(`${JSON.stringify({ error: messageOf(error) })}\n`);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  const address: ControlAddress = { port, token, pid: process.pid };
  // Anew: one left behind would keep its mode, and a link would be followed.
  await rm(controlFile(folder), { force: true });
  await writeFile(controlFile(folder), JSON.stringify(address), { mode: 0o600, flag: 'wx' });
  return {
    async close() {
      await rm(controlFile(folder), { force: true });
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  token: string,
  run: Parameters<typeof startControlServer>[1],
): Promise<void> {
  if (!isAllowed(request.headers.authorization, token)) {
    response.writeHead(401).end();
    return;
  }
  const { command, args } = JSON.parse(await readBody(request)) as {
    command: string;
    args: CommandArguments;
  };
  const operation = run(command);
  response.writeHead(200, { 'content-type': 'application/x-ndjson' });
  const line = (value: object) => response.write(`${JSON.stringify(value)}\n`);
  if (!operation) line({ error: `This server does not know “${command}”. Is it of an older version?` });
  else {
    try {
      line({ result: (await operation(args, (progress) => line({ progress }))) ?? null });
    } catch (error) {
      line({ error: messageOf(error) });
    }
  }
  response.end();
}

function isAllowed(header: string | undefined, token: string): boolean {
  const given = Buffer.from(header ?? '');
  const wanted = Buffer.from(`Bearer ${token}`);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

async function readBody(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > bodyBytesMax) throw new Error('too much was sent');
    parts.push(part);
  }
  return Buffer.concat(parts).toString();
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

export type { Command };
