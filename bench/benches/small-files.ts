/** Many small files over HTTP, against rclone. */
import { randomFillSync } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { BenchContext } from '../context.ts';
import { writeRequestFile } from '../load/request-file.ts';
import { type Figure, figure } from '../report/figures.ts';
import { alternate } from '../report/rounds.ts';
import type { RunningServer } from '../servers/child.ts';
import { processorMs } from '../servers/processor-time.ts';
import { startRclone } from '../servers/rclone.ts';
import type { FilesServer } from './file-transfers.ts';

const smallFiles = { full: 10_000, quick: 500 };
const smallBytes = 16 * 1024;
const withinMs = 120_000;

const putsOf = (folder: string, count: number, token?: string): Buffer[] => {
  const all = randomFillSync(Buffer.alloc(count * smallBytes));
  const head = (i: number) =>
    [
      `PUT ${folder}${i} HTTP/1.1`,
      'host: 127.0.0.1',
      ...(token ? [`authorization: Bearer ${token}`] : []),
      `content-length: ${smallBytes}\r\n\r\n`,
    ].join('\r\n');
  return Array.from({ length: count }, (_, i) =>
    Buffer.concat([Buffer.from(head(i)), all.subarray(i * smallBytes, (i + 1) * smallBytes)]),
  );
};

const getsOf = (paths: readonly string[], token?: string): Buffer[] =>
  paths.map((path) =>
    Buffer.from(
      `GET ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\n${token ? `authorization: Bearer ${token}\r\n` : ''}\r\n`,
    ),
  );

export async function benchSmallFiles(context: BenchContext, server: FilesServer): Promise<Figure[]> {
  const count = smallFiles[context.quick ? 'quick' : 'full'];
  const folder = join(context.workDir, 'served');
  mkdirSync(folder);
  const rclone = await startRclone(folder);
  const requestFile = join(context.workDir, 'small-requests');
  const send = async ({ port }: Pick<RunningServer, 'port'>, requests: readonly Buffer[]) => {
    writeRequestFile(requestFile, requests);
    const { perSecond, refused, answered } = await context.generator.run({
      port,
      connections: context.connections,
      requestFile,
      warmupMs: 0,
      durationMs: withinMs,
      requestsMax: requests.length,
    });
    if (answered !== requests.length) throw new Error(`refused: ${JSON.stringify(refused)}`);
    return perSecond;
  };
  let round = 0;
  const costs: number[] = [];
  const folders: string[] = [];
  const rcloneFolders: string[] = [];
  const kithPuts = async () => {
    folders.push(await makeFolder(server, `round-${++round}`));
    const requests = putsOf(`/v1/files/content?path=/round-${round}/`, count, server.token);
    const before = processorMs(server.pid) ?? Number.NaN;
    const perSecond = await send(server, requests);
    costs.push(((processorMs(server.pid) ?? Number.NaN) - before) / count);
    return perSecond;
  };
  const rclonePuts = async () => {
    await fetch(`http://127.0.0.1:${rclone!.port}/round-${++round}`, { method: 'MKCOL' });
    rcloneFolders.push(`/round-${round}/`);
    return send(rclone!, putsOf(`/round-${round}/`, count));
  };
  const puts = await warmRounds(context, { kith: kithPuts, ...(rclone && { rclone: rclonePuts }) });
  const paths = (await idsIn(server, folders[0]!)).map((id) => `/v1/files/${id}/content`);
  const gets = await warmRounds(context, {
    kith: () => send(server, getsOf(paths, server.token)),
    ...(rclone && { rclone: () => send(rclone, getsOf(paths.map((_, i) => rcloneFolders[0]! + i))) }),
  });
  await rclone?.stop();
  const against = ({ rclone: values }: Rounds) => (values ? { against: values } : {});
  return [
    figure(`${count} files of 16 KiB sent, durably`, puts.kith, 'a second', {
      ...against(puts),
      target: '>= rclone serve webdav, which syncs nothing',
    }),
    figure('processor of the server for one', costs, 'ms'),
    figure('fetched', gets.kith, 'a second', { ...against(gets), target: '>= rclone serve webdav' }),
  ];
}

interface Rounds {
  kith: number[];
  rclone?: number[];
}

/** Both have served long before people measure them: the first round of each is thrown away. */
async function warmRounds(
  { rounds, quick }: BenchContext,
  measures: { kith: () => Promise<number>; rclone?: () => Promise<number> },
): Promise<Rounds> {
  const first = quick ? 0 : 1;
  const all: Rounds = await alternate(rounds + first, measures as Record<'kith', () => Promise<number>>);
  return { kith: all.kith.slice(first), ...(all.rclone && { rclone: all.rclone.slice(first) }) };
}

async function makeFolder({ origin, token }: FilesServer, name: string): Promise<string> {
  const answer = await fetch(`${origin}/v1/folders`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ path: `/${name}` }),
  });
  if (answer.status !== 201) throw new Error(`making a folder: ${answer.status} ${await answer.text()}`);
  return ((await answer.json()) as { id: string }).id;
}

async function idsIn({ origin, token }: FilesServer, folderId: string): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | null = null;
  do {
    const query: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const answer = await fetch(`${origin}/v1/files?parentId=${folderId}&limit=100${query}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    if (answer.status !== 200) throw new Error(`listing: ${answer.status} ${await answer.text()}`);
    const page = (await answer.json()) as { items: { id: string }[]; nextCursor: string | null };
    ids.push(...page.items.map(({ id }) => id));
    cursor = page.nextCursor;
  } while (cursor !== null);
  return ids;
}
