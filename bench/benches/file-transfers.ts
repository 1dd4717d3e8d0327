import { createHash, randomFillSync } from 'node:crypto';
import { rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { get, request } from 'node:http';
import { join } from 'node:path';
import { systemClock } from '../../src/ports/clock/clock.ts';
import type { BenchContext } from '../context.ts';
import { type Figure, figure } from '../report/figures.ts';
import { alternate } from '../report/rounds.ts';
import { startSmallServer } from '../servers/child.ts';
import { startKith } from '../servers/kith.ts';
import { forgetPeak, peakMib } from '../servers/peak-memory.ts';
import { processorMs } from '../servers/processor-time.ts';
import { benchSmallFiles } from './small-files.ts';

const mib = 2 ** 20;
const largeMib = { full: 1024, quick: 64 };
const sentBytes = mib;

export interface FilesServer {
  origin: string;
  port: number;
  pid: number;
  token: string;
}

/** Files over HTTP: large ones against the disk and against bare `node:http`, small ones against rclone. */
export async function benchFileTransfers(context: BenchContext): Promise<Figure[]> {
  const dataDir = join(context.workDir, 'file-transfers');
  const env = { KITH_ROLES: 'api', KITH_MEDIA_QUOTA_BYTES: String(2 ** 40) };
  const kith = await startKith({ dataDir, env });
  try {
    const origin = `http://127.0.0.1:${kith.port}`;
    const server = { origin, port: kith.port, pid: kith.pid, token: await register(origin) };
    return [...(await benchLarge(context, server)), ...(await benchSmallFiles(context, server))];
  } finally {
    await kith.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** Different bytes each time, so that nothing is there already; the first of each 256 KiB differ, and so all chunks. */
function freshen(bytes: Buffer): void {
  for (let at = 0; at < bytes.length; at += 256 * 1024) randomFillSync(bytes, at, 16);
}

async function register(origin: string): Promise<string> {
  const body = { username: 'anna', email: 'anna@example.org', password: 'correct horse battery staple 7' };
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${origin}/v1/users`, { method: 'POST', headers, body: JSON.stringify(body) });
  return ((await answer.json()) as { token: string }).token;
}

async function benchLarge(context: BenchContext, server: FilesServer): Promise<Figure[]> {
  const bytes = randomFillSync(Buffer.alloc(largeMib[context.quick ? 'quick' : 'full'] * mib));
  const file = join(context.workDir, 'plain');
  const cost: number[] = [];
  let plainFiles = 0;
  const rate = async (work: () => Promise<unknown>) => {
    const startMs = systemClock.monotonicMs();
    await work();
    return bytes.length / mib / ((systemClock.monotonicMs() - startMs) / 1000);
  };
  let path = '';
  forgetPeak(server.pid);
  const writing = await alternate(context.rounds, {
    kith: async () => {
      freshen(bytes);
      const before = processorMs(server.pid) ?? Number.NaN;
      const speed = await rate(async () => {
        path = await put(server, bytes);
      });
      cost.push(((processorMs(server.pid) ?? Number.NaN) - before) / (bytes.length / mib));
      return speed;
    },
    // Each time another file, as what is stored there: to take pages again that a file before it has just left is far
    // cheaper than to find new ones, by four on machines whose host takes back what lies unused.
    plain: () => rate(() => writePlain(`${file}-${++plainFiles}`, bytes)),
  });
  for (; plainFiles > 0; plainFiles--) rmSync(`${file}-${plainFiles}`);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  await writePlain(file, bytes);
  const bare = await startSmallServer('bare-file.ts', file);
  const reading = await alternate(context.rounds, {
    kith: () => rate(() => fetched(server.origin + path, server.token)),
    bare: () => rate(() => fetched(`http://127.0.0.1:${bare.port}/`)),
  });
  await bare.stop();
  rmSync(file);
  if ((await fetched(server.origin + path, server.token, true)) !== sha256)
    throw new Error('other bytes came back than were sent');
  return [
    figure(`a file of ${bytes.length / mib} MiB sent`, writing.kith, 'MiB/s', {
      against: writing.plain,
      target: '>= 0.5 of a plain write with fsync',
    }),
    figure('processor of the server for that', cost, 'ms/MiB'),
    figure('the same file fetched', reading.kith, 'MiB/s', {
      against: reading.bare,
      target: '>= 0.6 of bare node:http',
    }),
    figure('memory of the server at most', [peakMib(server.pid)], 'MiB', { target: '< 300' }),
  ];
}

async function writePlain(file: string, bytes: Buffer): Promise<void> {
  const handle = await open(file, 'w');
  for (let at = 0; at < bytes.length; at += sentBytes)
    await handle.write(bytes, at, Math.min(sentBytes, bytes.length - at));
  await handle.sync();
  await handle.close();
}

/** Answers the path of what came of it. */
function put({ origin, token }: FilesServer, bytes: Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}`, 'content-length': bytes.length };
    const url = `${origin}/v1/files/content?path=/large.bin`;
    const outgoing = request(url, { method: 'PUT', headers }, (incoming) => {
      let text = '';
      incoming.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      incoming.on('end', () => {
        if (incoming.statusCode! >= 300) return reject(new Error(`${incoming.statusCode} ${text}`));
        resolve(`/v1/files/${(JSON.parse(text) as { id: string }).id}/content`);
      });
    });
    outgoing.on('error', reject);
    let at = 0;
    const send = () => {
      while (at < bytes.length) {
        const piece = bytes.subarray(at, at + sentBytes);
        at += piece.length;
        if (!outgoing.write(piece)) return outgoing.once('drain', send);
      }
      return outgoing.end();
    };
    send();
  });
}

/** Reads all of it; answers its SHA-256 where that is wanted. */
function fetched(url: string, token?: string, isHashed = false): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const outgoing = get(url, { headers }, (incoming) => {
      if (incoming.statusCode !== 200) reject(new Error(`${url}: ${incoming.statusCode}`));
      const hash = createHash('sha256');
      incoming.on('data', (piece: Buffer) => isHashed && hash.update(piece));
      incoming.on('end', () => resolve(hash.digest('hex')));
      incoming.on('error', reject);
    });
    outgoing.on('error', reject);
  });
}
