import { readFile } from 'node:fs/promises';
import { request } from 'node:http';
import { createInterface } from 'node:readline';
import { type ControlAddress, controlFile } from '../src/roles/control/control-server.ts';

export interface ControlCall {
  command: string;
  args: Record<string, unknown>;
  onProgress: (text: string) => void;
}

/** The server that owns this data folder, or undefined where none runs. */
export async function findServer(folder: string): Promise<ControlAddress | undefined> {
  let address: ControlAddress;
  try {
    address = JSON.parse(await readFile(controlFile(folder), 'utf8')) as ControlAddress;
  } catch {
    return undefined;
  }
  try {
    process.kill(address.pid, 0);
    return address;
  } catch (error) {
    // A process of another owner is still a process; one that is gone left its file behind.
    return (error as NodeJS.ErrnoException).code === 'EPERM' ? address : undefined;
  }
}

/** Has the running server do it. Rejects with the server's own words; `unreachable` if nobody answers. */
export function callServer(
  address: ControlAddress,
  { command, args, onProgress }: ControlCall,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const call = request(
      {
        host: '127.0.0.1',
        port: address.port,
        method: 'POST',
        path: '/',
        headers: { authorization: `Bearer ${address.token}` },
      },
      (response) => {
        if (response.statusCode !== 200)
          return reject(new Unreachable('the server did not accept the control token'));
        let settled = false;
        const lines = createInterface({ input: response });
        lines.on('line', (text) => {
          const line = JSON.parse(text) as { progress?: string; result?: unknown; error?: string };
          if (line.progress !== undefined) return onProgress(line.progress);
          settled = true;
          if (line.error === undefined) resolve(line.result);
          else reject(new Error(line.error));
        });
        lines.on('close', () => {
          if (!settled) reject(new Error('the server ended before it had answered'));
        });
      },
    );
    call.on('error', (cause) => reject(new Unreachable('no server answers', { cause })));
    call.end(JSON.stringify({ command, args }));
  });
}

/** Nobody is there: the control file was left behind by a process that died. */
export class Unreachable extends Error {}
