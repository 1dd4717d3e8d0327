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
export async function startCuttingProxy(
  to: string,
  { afterBytes, cutsMax }: { afterBytes: number; cutsMax: number },
): Promise<CuttingProxy> {
  const { hostname, port } = new URL(to);
  const open = new Set<Socket>();
  let cuts = 0;
  const server = createServer((from) => {
    const on = connect(Number(port), hostname);
    let bytes = 0;
    const end = () => {
      from.destroy();
      on.destroy();
      open.delete(from);
    };
    open.add(from);
    const count = (piece: Buffer) => {
      bytes += piece.length;
      if (bytes < afterBytes || cuts >= cutsMax) return;
      cuts++;
      end();
    };
    for (const [one, other] of [
      [from, on],
      [on, from],
    ] as const) {
      one.on('data', count).on('error', end).on('close', end);
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
