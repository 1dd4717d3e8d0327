/** Sends one file by tus 1.0.0 (https://tus.io): in parts, and on from where the server has it after any break. */
import type { FileNode } from '../../../../sdk/schema.ts';
import { KithError } from '../../api/client.ts';

const place = '/v1/files/uploads';
const partType = 'application/offset+octet-stream';
const firstPartBytes = 1024 * 1024;
const partBytesMin = 256 * 1024;
const partBytesMax = 8 * 1024 * 1024;
/** Parts are made as long as take about this, so that progress is seen and little is sent twice. */
const partTargetMs = 1500;
const failuresMax = 8;
const waitMsMin = 500;
const waitMsMax = 30_000;

export interface TusTarget {
  parentId: string;
  name: string;
  modifiedAt: string;
  baseVersionId?: string | undefined;
}

/** Where an upload stands; kept over a pause. */
export interface TusStanding {
  location?: string | undefined;
  offsetBytes: number;
}

export interface TusFollower {
  signal: AbortSignal;
  onOffset: (bytes: number) => void;
  /** Between a failure and the next try. */
  onWaiting: (isWaiting: boolean) => void;
}

/** What an upload was based on is no longer current. */
export class StaleUpload extends Error {
  readonly current: FileNode | undefined;
  constructor(current: FileNode | undefined) {
    super('changed meanwhile');
    this.current = current;
  }
}

export async function sendByTus(
  file: Blob,
  target: TusTarget,
  standing: TusStanding,
  follower: TusFollower,
): Promise<void> {
  const sending = { partBytes: firstPartBytes, isUnsure: standing.location !== undefined, failures: 0 };
  for (;;) {
    try {
      if (sending.isUnsure) await askWhereItStands(standing, follower);
      sending.isUnsure = false;
      if (!standing.location) await create(file, target, standing, follower);
      while (standing.offsetBytes < file.size) {
        const startedMs = performance.now();
        await sendPart(file, standing, sending.partBytes, follower);
        sending.partBytes = fittingPart(sending.partBytes, performance.now() - startedMs);
        sending.failures = 0;
      }
      return;
    } catch (error) {
      if (follower.signal.aborted || !mayPass(error) || sending.failures >= failuresMax) throw error;
      // Where it stands is known by the server alone now.
      sending.isUnsure = standing.location !== undefined;
      follower.onWaiting(true);
      await waitAfter(error, sending.failures, follower.signal);
      follower.onWaiting(false);
      if (navigator.onLine) sending.failures += 1;
      sending.partBytes = Math.max(partBytesMin, sending.partBytes / 2);
    }
  }
}

/** Gives up what was sent so far. */
export function endByTus({ location }: TusStanding): void {
  if (!location) return;
  // What is not taken away now the server forgets after a day.
  fetch(location, { method: 'DELETE', headers: { 'tus-resumable': '1.0.0' } }).catch(() => {});
}

const fittingPart = (bytes: number, tookMs: number): number => {
  const wished = (bytes * partTargetMs) / Math.max(1, tookMs);
  return Math.round(Math.min(partBytesMax, Math.max(partBytesMin, Math.min(wished, bytes * 4))));
};

/** A small file comes along with its announcement. */
async function create(file: Blob, target: TusTarget, standing: TusStanding, follower: TusFollower) {
  const first = file.slice(0, firstPartBytes);
  const response = await ask(place, 'POST', follower, {
    headers: {
      'upload-length': String(file.size),
      'upload-metadata': metadata({ ...target }),
      ...(first.size > 0 && { 'content-type': partType }),
    },
    ...(first.size > 0 && { body: first }),
  });
  standing.location = response.headers.get('location') ?? undefined;
  took(response, standing, follower);
}

async function sendPart(file: Blob, standing: TusStanding, bytes: number, follower: TusFollower) {
  const from = standing.offsetBytes;
  const response = await ask(standing.location!, 'PATCH', follower, {
    headers: { 'content-type': partType, 'upload-offset': String(from) },
    body: file.slice(from, from + bytes),
  });
  took(response, standing, follower);
}

async function askWhereItStands(standing: TusStanding, follower: TusFollower): Promise<void> {
  try {
    took(await ask(standing.location!, 'HEAD', follower, {}), standing, follower);
  } catch (error) {
    if (!(error instanceof KithError) || (error.status !== 404 && error.status !== 410)) throw error;
    // It waited for too long: from the beginning.
    standing.location = undefined;
    standing.offsetBytes = 0;
    follower.onOffset(0);
  }
}

function took(response: Response, standing: TusStanding, { onOffset }: TusFollower): void {
  standing.offsetBytes = Number(response.headers.get('upload-offset') ?? 0);
  onOffset(standing.offsetBytes);
}

const metadata = (fields: Record<string, string | undefined>): string =>
  Object.entries(fields)
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name} ${base64(value)}`]))
    .join(',');
const base64 = (text: string) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));

async function ask(
  address: string,
  method: string,
  { signal }: TusFollower,
  { headers, ...rest }: RequestInit,
): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(address, {
      method,
      headers: { ...(headers as Record<string, string>), 'tus-resumable': '1.0.0' },
      signal,
      ...rest,
    });
  } catch (error) {
    if (signal.aborted) throw error;
    throw new KithError({ status: 0, code: 'offline', detail: 'The upload broke off.' });
  }
  if (response.ok) return response;
  throw await refusalOf(response, method);
}

async function refusalOf(response: Response, method: string): Promise<Error> {
  const { status, headers } = response;
  const problem = (await response.json().catch(() => ({}))) as {
    code?: string;
    detail?: string;
    errors?: { field: string; message: string }[];
    current?: FileNode;
  };
  if (status === 409 && (problem.current || method === 'HEAD')) return new StaleUpload(problem.current);
  const isOffset = status === 409 && method === 'PATCH';
  return new KithError({
    status,
    code: isOffset ? 'offset' : (problem.code ?? 'internal'),
    detail: problem.detail ?? 'The upload was refused.',
    fields: problem.errors ?? [],
    retryAfterSeconds: Number(headers.get('retry-after')) || undefined,
  });
}

/** No connection, a server that is busy or starts anew, or another idea of where the upload stands. */
const mayPass = (error: unknown): boolean =>
  error instanceof KithError &&
  (error.status === 0 || error.status === 429 || error.status >= 500 || error.code === 'offset');

function waitAfter(error: unknown, failures: number, signal: AbortSignal): Promise<void> {
  const toldMs = error instanceof KithError ? (error.retryAfterSeconds ?? 0) * 1000 : 0;
  const waitMs = Math.min(waitMsMax, Math.max(toldMs, waitMsMin * 2 ** failures));
  return new Promise((resolve, reject) => {
    const done = new AbortController();
    const go = () => {
      done.abort();
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(() => navigator.onLine && go(), waitMs);
    addEventListener('online', go, { signal: done.signal });
    signal.addEventListener('abort', () => reject(signal.reason), { signal: done.signal });
  });
}
