import { request } from 'node:http';

export interface BytesCall {
  method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH';
  path: string;
  token: string;
  headers?: Record<string, string>;
  bytes?: Buffer;
  /** Breaks the connection off after so many of them. */
  cutAfter?: number | undefined;
}

export interface BytesAnswer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: Buffer;
}

const answerMsMax = 30_000;

/** A request whose body, or whose answer's, is bytes. `unknown` where the connection failed before the answer was whole. */
export function sendBytes(origin: string, call: BytesCall): Promise<BytesAnswer | 'unknown'> {
  const { method, path, token, bytes = Buffer.alloc(0), cutAfter } = call;
  return new Promise((resolve) => {
    const headers = { authorization: `Bearer ${token}`, 'content-length': bytes.length, ...call.headers };
    const outgoing = request(origin + path, { method, headers }, (incoming) => {
      const pieces: Buffer[] = [];
      incoming.on('data', (piece: Buffer) => pieces.push(piece));
      incoming.on('error', () => resolve('unknown'));
      incoming.on('end', () => {
        if (!incoming.complete) return resolve('unknown');
        resolve({ status: incoming.statusCode!, headers: incoming.headers, body: Buffer.concat(pieces) });
      });
    });
    outgoing.setTimeout(answerMsMax, () => outgoing.destroy());
    outgoing.on('error', () => resolve('unknown'));
    outgoing.on('close', () => resolve('unknown'));
    if (cutAfter === undefined) outgoing.end(bytes);
    else outgoing.write(bytes.subarray(0, cutAfter), () => setImmediate(() => outgoing.destroy()));
  });
}

const busyTriesMax = 30;
const busyRestMs = 500;

/** The same for reading: a machine with too much to do may ask to come again. */
export async function readBytes(
  origin: string,
  call: Omit<BytesCall, 'method'>,
): Promise<BytesAnswer | 'unknown'> {
  for (let tries = 1; ; tries++) {
    const answer = await sendBytes(origin, { ...call, method: 'GET' });
    if (answer === 'unknown' || answer.status !== 503 || tries === busyTriesMax) return answer;
    await new Promise((resolve) => setTimeout(resolve, busyRestMs));
  }
}
