/** A way to a server on which connections break off. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface CuttingProxy {
  url: string;
  /** How many connections were cut. */
  cuts(): number;
  close(): Promise<void>;
}

/** Cuts a connection after so many bytes in either direction; so often, then lets all pass. */
export function startCuttingProxy(
  to: string,
  { afterBytes, cutsMax }: { afterBytes: number; cutsMax: number },
): Promise<CuttingProxy> {
  return startProxy(to, cutsMax, () => {
    let bytes = 0;
    const isEnough = (piece: Buffer) => {
      bytes += piece.length;
      return bytes >= afterBytes;
    };
    return { isCutBySent: isEnough, isCutByAnswered: isEnough };
  });
}

/** Cuts a connection when the answer to a request that begins so comes: once, then lets all pass. */
export function startAnswerLosingProxy(to: string, requestLine: string): Promise<CuttingProxy> {
  return startProxy(to, 1, () => {
    let isAwaited = false;
    return {
      isCutBySent(piece) {
        isAwaited ||= piece.includes(requestLine);
        return false;
      },
      isCutByAnswered: () => isAwaited,
    };
  });
}

/** Whether a connection is to be cut, asked before what comes is handed on. */
interface Watch {
  isCutBySent(piece: Buffer): boolean;
  isCutByAnswered(piece: Buffer): boolean;
}

async function startProxy(to: string, cutsMax: number, watchConnection: () => Watch): Promise<CuttingProxy> {
  const { hostname, port } = new URL(to);
  const open = new Set<Socket>();
  let cuts = 0;
  const server = createServer((from) => {
    const on = connect(Number(port), hostname);
    const watch = watchConnection();
    const end = () => {
      from.destroy();
      on.destroy();
      open.delete(from);
    };
    open.add(from);
    for (const [one, other, isCutBy] of [
      [from, on, watch.isCutBySent],
      [on, from, watch.isCutByAnswered],
    ] as const) {
      one.on('data', (piece: Buffer) => {
        if (!isCutBy(piece) || cuts >= cutsMax) return;
        cuts++;
        end();
      });
      one.on('error', end).on('close', end);
      one.pipe(other);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cuts: () => cuts,
    async close() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
